"""The page that everything is compared with: a title."""

import streamlit as st

st.title("Bare")
