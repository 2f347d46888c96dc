"""Roomie in Slack: what people do there becomes `Asked`, what Roomie says becomes Block Kit."""
