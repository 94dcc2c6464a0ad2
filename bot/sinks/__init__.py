"""Places an alert can be sent to, one module each."""
