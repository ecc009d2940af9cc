"""The claims about NVIDIA's cards need what no lab container has."""

ELSEWHERE = {"test_nvidia::*": "a card, which no lab host has: tests/gpu reads a real one"}
