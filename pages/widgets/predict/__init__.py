"""The form and the answer of the Predict page."""
