"""Tests of the CPD service."""
