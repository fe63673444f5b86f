"""The pages and the addresses they have."""

PAGES = (
    ("situation", "app.page_situation", ""),
    ("map", "app.page_map", "map"),
    ("method", "app.page_method", "method"),
    ("events", "app.page_data", "events"),
)
"""The pages in the order of the frame: file, key of the name, address. An address must be its file's name: until some
session has run `st.navigation`, Streamlit knows pages by their files and says in English that others do not exist."""

MISSING = "missing"
"""The choice in the address that tells the first page that another was asked for and does not exist."""
