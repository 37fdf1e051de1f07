"""What is kept about people: how long their text stays, what is known of one of them, and how they are forgotten."""
