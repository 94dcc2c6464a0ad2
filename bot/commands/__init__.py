"""Slash commands, one module for each noun."""
