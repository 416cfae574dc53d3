"""The functions of :mod:`taut.linalg`, a module for each family.

Matrices are factorised, and systems solved, by the LAPACK that numpy carries; triangular systems and
QR are C++. The derivatives are products and further systems, so that every order of them exists.
"""
