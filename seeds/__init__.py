"""What we start with: the watchlist, feeds and backstory taken from the article."""
