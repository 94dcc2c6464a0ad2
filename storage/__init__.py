"""What we remember: the nouns, the errors, and SQLite behind transactional verbs."""
