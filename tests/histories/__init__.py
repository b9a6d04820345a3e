"""Histories: runs over files in all forms, drawn by hypothesis.

What is drawn is a function of a clock, so that a history can be told again at another time. Identities, URLs and
moments are few, so that they meet often.
"""
