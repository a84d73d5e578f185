"""The hall: use cases of a live sitting, minutes to hours. Knows office and db; never Streamlit."""
