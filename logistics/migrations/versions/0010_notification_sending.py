"""sending messages: channels of recipients, deliveries, attempts, paces of robots

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-23 21:00:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

OLD_EVENTS = (
    'order_placed', 'order_cancelled', 'line_shorted', 'campaign_failed', 'campaign_filed', 'campaign_extended',
    'campaign_waiting', 'price_fell', 'route_planned', 'stop_dropped', 'delivered', 'item_reserved',
    'ballot_registered', 'ballot_offered', 'ballot_waiting', 'ballot_lapsed', 'ballot_passed_over', 'ballot_lost',
    'ballot_cancelled', 'share_shorted', 'share_sent',
    'share_cancelled', 'item_issued', 'ballot_withdrawn', 'report_late',
)
NEW_EVENTS = (*OLD_EVENTS, 'channel_set')
MOMENT = sa.DateTime(timezone=True)
RECIPIENT = '(household_id IS NULL) <> (area_id IS NULL)'
NEW = sa.text('addressed_at IS NULL')
ON_THE_WAY = sa.text("state IN ('waiting', 'sending')")
KINDS = ('page', 'sms', 'robot')


def upgrade():
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.add_column(sa.Column('addressed_at', MOMENT, nullable=True))
        batch_op.alter_column('event', existing_type=_words('event', *OLD_EVENTS), type_=_words('event', *NEW_EVENTS), existing_nullable=False)
    # what was written before anybody could agree to be sent anything is sent to nobody
    op.execute('UPDATE notifications SET addressed_at = created_at')
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.create_index('ix_notifications_new', ['id'], unique=False, postgresql_where=NEW, sqlite_where=NEW)
    _create_channels()
    _create_deliveries()
    op.create_table('notification_attempts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', _words('channelkind', *KINDS), nullable=False),
    sa.Column('started_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.Column('outcome', _words('outcome', 'sent', 'refused', 'throttled', 'failed', 'unclear'), nullable=True),
    sa.Column('detail', sa.String(length=200), nullable=False),
    sa.CheckConstraint('(outcome IS NULL) = (ended_at IS NULL)', name=op.f('ck_notification_attempts_ended')),
    sa.ForeignKeyConstraint(['delivery_id'], ['notification_deliveries.id'], name=op.f('fk_notification_attempts_delivery_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_attempts')),
    sa.UniqueConstraint('delivery_id', 'number', name=op.f('uq_notification_attempts_delivery_id_number'))
    )
    op.create_table('notification_paces',
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('next_at', MOMENT, nullable=False),
    sa.Column('held_until', MOMENT, nullable=True),
    sa.PrimaryKeyConstraint('fingerprint', name=op.f('pk_notification_paces'))
    )


def downgrade():
    for table in ('notification_paces', 'notification_attempts', 'notification_deliveries', 'notification_channels'):
        op.drop_table(table)
    op.execute("DELETE FROM notifications WHERE event = 'channel_set'")
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.drop_index('ix_notifications_new')
        batch_op.alter_column('event', existing_type=_words('event', *NEW_EVENTS), type_=_words('event', *OLD_EVENTS), existing_nullable=False)
        batch_op.drop_column('addressed_at')


def _words(name, *words):
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _create_channels():
    op.create_table('notification_channels',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.Column('area_id', sa.Integer(), nullable=True),
    sa.Column('kind', _words('channelkind', *KINDS), nullable=False),
    sa.Column('address', sa.String(length=2000), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('shown', sa.String(length=80), nullable=False),
    sa.Column('language', _words('language', 'zh', 'en'), nullable=False),
    sa.Column('at_night', sa.Boolean(), nullable=False),
    sa.Column('agreed_at', MOMENT, nullable=True),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.CheckConstraint(RECIPIENT, name=op.f('ck_notification_channels_recipient')),
    sa.CheckConstraint("(kind = 'page') = (address = '') AND (kind = 'page') = (agreed_at IS NULL)", name=op.f('ck_notification_channels_agreed')),
    sa.CheckConstraint("household_id IS NOT NULL OR kind <> 'sms'", name=op.f('ck_notification_channels_phone')),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_notification_channels_household_id')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_notification_channels_area_id')),
    sa.ForeignKeyConstraint(['set_by_id'], ['accounts.id'], name=op.f('fk_notification_channels_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_channels')),
    sa.UniqueConstraint('household_id', name=op.f('uq_notification_channels_household_id')),
    sa.UniqueConstraint('area_id', name=op.f('uq_notification_channels_area_id'))
    )


def _create_deliveries():
    op.create_table('notification_deliveries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('notification_id', sa.Integer(), nullable=False),
    sa.Column('channel_id', sa.Integer(), nullable=False),
    sa.Column('state', _words('deliverystate', 'waiting', 'sending', 'sent', 'failed', 'unclear', 'called_off'), nullable=False),
    sa.Column('due_at', MOMENT, nullable=False),
    sa.Column('lease_until', MOMENT, nullable=True),
    sa.Column('attempt_count', sa.Integer(), nullable=False),
    sa.Column('allowed_count', sa.Integer(), nullable=False),
    sa.Column('asked_again_at', MOMENT, nullable=True),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.Column('detail', sa.String(length=200), nullable=False),
    sa.CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name=op.f('ck_notification_deliveries_lease')),
    sa.CheckConstraint("(state IN ('waiting', 'sending')) = (ended_at IS NULL)", name=op.f('ck_notification_deliveries_ended')),
    sa.ForeignKeyConstraint(['notification_id'], ['notifications.id'], name=op.f('fk_notification_deliveries_notification_id')),
    sa.ForeignKeyConstraint(['channel_id'], ['notification_channels.id'], name=op.f('fk_notification_deliveries_channel_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_deliveries')),
    sa.UniqueConstraint('notification_id', 'channel_id', name=op.f('uq_notification_deliveries_notification_id_channel_id'))
    )
    with op.batch_alter_table('notification_deliveries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notification_deliveries_channel_id'), ['channel_id'], unique=False)
        batch_op.create_index('ix_notification_deliveries_due', ['due_at', 'id'], unique=False, postgresql_where=ON_THE_WAY, sqlite_where=ON_THE_WAY)
