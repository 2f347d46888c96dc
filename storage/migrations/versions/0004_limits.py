"""Addresses of earlier logins as keyed hashes, tokens by person and last use, and charges that stay."""

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
    op.create_index(
        "ix_token_person_id_alive_at",
        "token",
        ["person_id", sa.text("coalesce(last_used_at, created_at)")],
        unique=False,
    )
    op.add_column(
        "booking", sa.Column("non_refundable", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )


def downgrade() -> None:
    op.drop_column("booking", "non_refundable")
    op.drop_index("ix_token_person_id_alive_at", table_name="token")
    op.drop_table("known_address")
