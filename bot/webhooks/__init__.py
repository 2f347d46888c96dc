"""Webhooks as Standard Webhooks (standardwebhooks.com): secrets, signatures, payloads, and their delivery."""
