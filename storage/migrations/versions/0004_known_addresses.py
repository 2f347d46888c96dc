"""Addresses from which somebody logged in by password before, as keyed hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_address",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_known_address_person_id_person")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_known_address")),
    )
    op.create_index(op.f("ix_known_address_person_id"), "known_address", ["person_id"])


def downgrade() -> None:
    op.drop_table("known_address")
