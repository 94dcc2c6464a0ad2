"""What we notice: poll, parse, match, group into stories, find moves, recall, decide."""
