"""The claims about NVIDIA's cards need what no lab container has."""

ELSEWHERE = {"test_nvidia::*": "a card: no lab host has one that a driver takes"}
