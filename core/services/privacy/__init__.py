"""What is known about a person: told, exported and erased."""

from core.services.privacy.erasing import ErasureService
from core.services.privacy.plan import NO_PRESIDENT, ErasurePlan, plan_erasure

__all__ = ["NO_PRESIDENT", "ErasurePlan", "ErasureService", "plan_erasure"]
