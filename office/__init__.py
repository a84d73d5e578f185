"""The office: use cases between sittings, weeks to a year. Knows db and scoring; never Streamlit, never the hall."""
