"""Who is reminded of what, by mail and webhook."""
