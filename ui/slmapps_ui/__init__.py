"""The suite's pages: a Streamlit router, shared widgets, and the pages that serve every desk."""
