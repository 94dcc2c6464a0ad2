"""Slash commands, one module for each noun; its ``register`` puts them into a tree.

Loaded only by ``bot.gateway``, so that nobody without a Discord token pays for discord.py.
"""
