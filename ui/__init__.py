"""SHOW: Streamlit pages that draw and never decide."""
