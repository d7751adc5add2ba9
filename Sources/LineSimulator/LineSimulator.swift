// A room whose first stone is laid in a later commit.
