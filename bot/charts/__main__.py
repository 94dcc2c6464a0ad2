"""Draws in a process of its own: a pickled drawing comes by stdin, its PNG leaves by stdout.

Only ``bot.commands.easel`` starts it, with what it pickled itself.
"""

import pickle
import sys

if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.load(sys.stdin.buffer)())
