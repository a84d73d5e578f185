"""The rulebook (评分办法): pure values and pure functions, on Python's standard library alone.

Anyone may recount a sitting with this folder and a bare Python 3.11: `python -S -m scoring recount DIR`.
Nothing in here reads a clock, draws a random number, or opens a database; only `package.py`'s readers and
writers and `__main__.py` touch files. Official numbers are int and Fraction from the first mark to the last place.
"""
