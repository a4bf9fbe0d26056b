"""Visitors without a browser: real sessions by Streamlit's own protocol, what they type, and the server they visit."""
