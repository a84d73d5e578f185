"""The plain routes of the phones, from the first scan to the receipt."""
