"""What is known about a person: told, exported and erased."""

from core.services.privacy.erasing import ErasureService
from core.services.privacy.plan import ErasurePlan, LastAdministrator, plan_erasure

__all__ = ["ErasurePlan", "ErasureService", "LastAdministrator", "plan_erasure"]
