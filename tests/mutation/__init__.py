"""Mutation testing of the counting SQL: `make mutants`. Would the tests notice a wrong sign?"""
