"""orders that are changed: their version, when a raised line queued again, every change kept, the message

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-24 06:40:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OLD_EVENTS = (
    'order_placed', 'order_cancelled', 'line_shorted', 'campaign_failed', 'campaign_filed', 'campaign_extended',
    'campaign_waiting', 'price_fell', 'route_planned', 'stop_dropped', 'delivered', 'item_reserved',
    'ballot_registered', 'ballot_offered', 'ballot_waiting', 'ballot_lapsed', 'ballot_passed_over', 'ballot_lost',
    'ballot_cancelled', 'share_shorted', 'share_sent',
    'share_cancelled', 'item_issued', 'ballot_withdrawn', 'report_late', 'channel_set',
)
NEW_EVENTS = (*OLD_EVENTS, 'order_changed')


def upgrade():
    # no CHECK on the new columns: SQLite would make the tables anew, and rows of others point to them
    op.add_column('orders', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.add_column('order_lines', sa.Column('queued_at', MOMENT, nullable=True))
    op.create_table('order_changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('by_household', sa.Boolean(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.CheckConstraint('version >= 2', name=op.f('ck_order_changes_version')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_order_changes_account_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_order_changes_order_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_changes')),
    sa.UniqueConstraint('order_id', 'version', name=op.f('uq_order_changes_order_id_version'))
    )
    _set_events(OLD_EVENTS, NEW_EVENTS)


def downgrade():
    told = "SELECT id FROM notifications WHERE event = 'order_changed'"
    sent = f'SELECT id FROM notification_deliveries WHERE notification_id IN ({told})'
    op.execute(f'DELETE FROM notification_attempts WHERE delivery_id IN ({sent})')
    op.execute(f'DELETE FROM notification_deliveries WHERE notification_id IN ({told})')
    op.execute("DELETE FROM notifications WHERE event = 'order_changed'")
    _set_events(NEW_EVENTS, OLD_EVENTS)
    op.drop_table('order_changes')
    op.drop_column('order_lines', 'queued_at')
    op.drop_column('orders', 'version')


def _listed(words):
    return ', '.join(f"'{word}'" for word in words)


def _set_events(old, new):
    """Other words in the CHECK of `notifications.event`: as 0009 does it for campaigns, since deliveries point to
    notifications and SQLite could not make their table anew."""
    bind = op.get_bind()
    if bind.dialect.name == 'postgresql':
        op.drop_constraint(op.f('ck_notifications_event'), 'notifications', type_='check')
        op.create_check_constraint(op.f('ck_notifications_event'), 'notifications', sa.column('event').in_(new))
        return
    before, after = f'IN ({_listed(old)})', f'IN ({_listed(new)})'
    text = bind.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'notifications'").scalar()
    assert before in text, text
    version = bind.exec_driver_sql('PRAGMA schema_version').scalar()
    bind.exec_driver_sql('PRAGMA writable_schema = ON')
    bind.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = 'notifications'"),
        {'sql': text.replace(before, after)},
    )
    bind.exec_driver_sql(f'PRAGMA schema_version = {version + 1}')
    bind.exec_driver_sql('PRAGMA writable_schema = OFF')
