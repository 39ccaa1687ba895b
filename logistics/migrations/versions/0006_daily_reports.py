"""daily reports, their versions and the numbers of each

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-23 19:00:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

APPEND_ONLY = ('report_versions', 'report_lines')
UNTOLD = sa.text('confirmed_at IS NULL AND late_told_at IS NULL')


def upgrade():
    op.create_table('daily_reports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cut_off_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deadline_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('late_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(version = 0) = (confirmed_at IS NULL)', name=op.f('ck_daily_reports_confirmed')),
    sa.CheckConstraint('since <= cut_off_at AND cut_off_at <= deadline_at', name=op.f('ck_daily_reports_moments')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_daily_reports_area_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_daily_reports')),
    sa.UniqueConstraint('on_day', 'area_id', name=op.f('uq_daily_reports_on_day_area_id'))
    )
    with op.batch_alter_table('daily_reports', schema=None) as batch_op:
        batch_op.create_index('ix_daily_reports_area_id_on_day', ['area_id', 'on_day'], unique=False)
        batch_op.create_index('ix_daily_reports_untold', ['deadline_at'], unique=False, postgresql_where=UNTOLD, sqlite_where=UNTOLD)

    op.create_table('report_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('remark', sa.String(length=500), nullable=False),
    sa.Column('zero', sa.Boolean(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(number = 1) = (reason = '')", name=op.f('ck_report_versions_reason')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_report_versions_number')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_report_versions_account_id')),
    sa.ForeignKeyConstraint(['report_id'], ['daily_reports.id'], name=op.f('fk_report_versions_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_versions')),
    sa.UniqueConstraint('report_id', 'number', name=op.f('uq_report_versions_report_id_number'))
    )
    op.create_table('report_lines',
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('scope', sa.Enum('own', 'whole', name='scope', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('opening', sa.BigInteger(), nullable=False),
    sa.Column('received', sa.BigInteger(), nullable=False),
    sa.Column('arrived', sa.BigInteger(), nullable=False),
    sa.Column('came_back', sa.BigInteger(), nullable=False),
    sa.Column('returned', sa.BigInteger(), nullable=False),
    sa.Column('adjusted', sa.BigInteger(), nullable=False),
    sa.Column('sent', sa.BigInteger(), nullable=False),
    sa.Column('issued', sa.BigInteger(), nullable=False),
    sa.Column('lent', sa.BigInteger(), nullable=False),
    sa.Column('written_off', sa.BigInteger(), nullable=False),
    sa.Column('closing', sa.BigInteger(), nullable=False),
    sa.Column('on_loan', sa.BigInteger(), nullable=False),
    sa.Column('on_the_way', sa.BigInteger(), nullable=False),
    sa.Column('discrepancy', sa.BigInteger(), nullable=False),
    sa.Column('lost', sa.BigInteger(), nullable=False),
    sa.Column('requested', sa.BigInteger(), nullable=False),
    sa.Column('given', sa.BigInteger(), nullable=False),
    sa.Column('waiting', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_report_lines_item_id')),
    sa.ForeignKeyConstraint(['version_id'], ['report_versions.id'], name=op.f('fk_report_lines_version_id')),
    sa.PrimaryKeyConstraint('version_id', 'scope', 'item_id', name=op.f('pk_report_lines'))
    )
    for table in APPEND_ONLY:
        _append_only(table)


def _append_only(table):
    """Refuse any change to a row that is there, by whomever."""
    if op.get_bind().dialect.name == 'sqlite':
        for change in ('UPDATE', 'DELETE'):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"  # of migration 0001
    )


def downgrade():
    for table in ('report_lines', 'report_versions', 'daily_reports'):
        op.drop_table(table)
