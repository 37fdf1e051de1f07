"""What the panel shows, as the JSON that Gmail renders. Pure: a view in, a card out."""
