"""the rolling entitlement and ballots

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-23 17:00:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

LEVELS = 6
"""Areas from a household's community upwards whose rules bind it: more than any tree has."""

OLD_EVENTS = ('order_placed', 'order_cancelled', 'line_shorted', 'campaign_failed', 'route_planned', 'stop_dropped', 'delivered')
NEW_EVENTS = (
    'item_reserved', 'ballot_registered', 'ballot_offered', 'ballot_waiting', 'ballot_lapsed', 'ballot_passed_over',
    'ballot_lost', 'ballot_cancelled',
)


def upgrade():
    with op.batch_alter_table('households', schema=None) as batch_op:
        batch_op.add_column(sa.Column('person_count', sa.Integer(), nullable=True))
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.alter_column('event', existing_type=_words('event', *OLD_EVENTS), type_=_words('event', *OLD_EVENTS, *NEW_EVENTS), existing_nullable=False)
    _create_entitlement()
    _create_ballots()
    _create_views()
    if op.get_bind().dialect.name == 'sqlite':
        _guard_on_sqlite()
    else:
        _guard_on_postgresql()


def _words(name, *words):
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _create_entitlement():
    op.create_table('entitlement_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=False),
    sa.Column('per', _words('per', 'household', 'person'), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('quantity BETWEEN 0 AND 100000', name=op.f('ck_entitlement_rules_quantity')),
    sa.CheckConstraint('days BETWEEN 1 AND 366', name=op.f('ck_entitlement_rules_days')),
    sa.CheckConstraint('ended_at IS NULL OR ended_at >= starts_at', name=op.f('ck_entitlement_rules_ended_at')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_entitlement_rules_area_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_entitlement_rules_item_id')),
    sa.ForeignKeyConstraint(['set_by_id'], ['accounts.id'], name=op.f('fk_entitlement_rules_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entitlement_rules'))
    )
    with op.batch_alter_table('entitlement_rules', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_entitlement_rules_area_id'), ['area_id'], unique=False)
        batch_op.create_index('uq_entitlement_rules_in_force', ['item_id', 'area_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))

    op.create_table('entitlement_guards',
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('draw_count', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_entitlement_guards_household_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_entitlement_guards_item_id')),
    sa.PrimaryKeyConstraint('household_id', 'item_id', name=op.f('pk_entitlement_guards'))
    )
    op.create_table('entitlement_draws',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('given_back', sa.Integer(), server_default='0', nullable=False),
    sa.Column('channel', _words('drawchannel', 'order', 'pickup', 'proxy', 'ballot'), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reservation_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('quantity BETWEEN 1 AND 100000', name=op.f('ck_entitlement_draws_quantity')),
    sa.CheckConstraint('given_back BETWEEN 0 AND quantity', name=op.f('ck_entitlement_draws_given_back')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_entitlement_draws_account_id')),
    sa.ForeignKeyConstraint(['household_id', 'item_id'], ['entitlement_guards.household_id', 'entitlement_guards.item_id'], name='fk_entitlement_draws_guard'),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_entitlement_draws_item_id')),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservations.id'], name=op.f('fk_entitlement_draws_reservation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entitlement_draws')),
    sa.UniqueConstraint('key', name=op.f('uq_entitlement_draws_key')),
    sa.UniqueConstraint('reservation_id', name=op.f('uq_entitlement_draws_reservation_id'))
    )
    with op.batch_alter_table('entitlement_draws', schema=None) as batch_op:
        batch_op.create_index('ix_entitlement_draws_household_id', ['household_id', 'item_id', 'drawn_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_entitlement_draws_item_id'), ['item_id'], unique=False)


def _create_ballots():
    op.create_table('ballots',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('supply', sa.Integer(), nullable=False),
    sa.Column('collect_days', sa.Integer(), nullable=False),
    sa.Column('state', _words('ballotstate', 'draft', 'open', 'closed', 'drawn', 'done', 'cancelled'), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('public_source', sa.String(length=200), nullable=False),
    sa.Column('public_value', sa.String(length=120), nullable=False),
    sa.Column('seed', sa.String(length=64), nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=True),
    sa.Column('list_sha256', sa.String(length=64), nullable=True),
    sa.Column('reservation_id', sa.Integer(), nullable=True),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('drawn_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('quantity >= 1 AND supply >= quantity', name=op.f('ck_ballots_terms')),
    sa.CheckConstraint('collect_days BETWEEN 1 AND 60', name=op.f('ck_ballots_collect_days')),
    sa.CheckConstraint("state IN ('draft', 'cancelled') OR commitment IS NOT NULL", name=op.f('ck_ballots_commitment')),
    sa.CheckConstraint("state IN ('draft', 'open', 'cancelled') OR list_sha256 IS NOT NULL", name=op.f('ck_ballots_list_sha256')),
    sa.CheckConstraint("(state IN ('drawn', 'done')) = (drawn_at IS NOT NULL)", name=op.f('ck_ballots_drawn_at')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_ballots_area_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['accounts.id'], name=op.f('fk_ballots_created_by_id')),
    sa.ForeignKeyConstraint(['drawn_by_id'], ['accounts.id'], name=op.f('fk_ballots_drawn_by_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_ballots_item_id')),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservations.id'], name=op.f('fk_ballots_reservation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ballots')),
    sa.UniqueConstraint('code', name=op.f('uq_ballots_code')),
    sa.UniqueConstraint('reservation_id', name=op.f('uq_ballots_reservation_id'))
    )
    with op.batch_alter_table('ballots', schema=None) as batch_op:
        batch_op.create_index('ix_ballots_area_id_state', ['area_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_ballots_item_id'), ['item_id'], unique=False)

    op.create_table('ballot_registrations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ballot_id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('ticket', sa.String(length=64), nullable=True),
    sa.Column('outcome', _words('ballotoutcome', 'registered', 'waiting', 'offered', 'collected', 'lapsed', 'declined', 'passed_over', 'lost'), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('collect_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('weight BETWEEN 1 AND 10', name=op.f('ck_ballot_registrations_weight')),
    sa.CheckConstraint('(rank IS NULL) = (ticket IS NULL)', name=op.f('ck_ballot_registrations_rank')),
    sa.CheckConstraint("(outcome = 'registered') = (rank IS NULL)", name=op.f('ck_ballot_registrations_outcome_rank')),
    sa.CheckConstraint("outcome <> 'offered' OR collect_by IS NOT NULL", name=op.f('ck_ballot_registrations_collect_by')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_ballot_registrations_account_id')),
    sa.ForeignKeyConstraint(['ballot_id'], ['ballots.id'], name=op.f('fk_ballot_registrations_ballot_id')),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_ballot_registrations_household_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ballot_registrations')),
    sa.UniqueConstraint('ballot_id', 'code', name='uq_ballot_registrations_code'),
    sa.UniqueConstraint('ballot_id', 'household_id', name='uq_ballot_registrations_household'),
    sa.UniqueConstraint('ballot_id', 'rank', name='uq_ballot_registrations_rank')
    )
    with op.batch_alter_table('ballot_registrations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ballot_registrations_household_id'), ['household_id'], unique=False)


def _create_views():
    """What counts against a limit, and the limits: what the triggers read, and anybody who audits.

    A draw counts with what was not given back, unless its reservation was voided or expired, or what was handed out came
    back by a reversal. A household is bound by every rule in force of the areas above it; persons whom nobody has
    counted are one.
    """
    seconds = (
        "CAST(strftime('%s', d.drawn_at) AS INTEGER)"
        if op.get_bind().dialect.name == 'sqlite'
        else 'CAST(floor(extract(epoch FROM d.drawn_at)) AS bigint)'
    )
    op.execute(f"""
        CREATE VIEW entitlement_standing AS
        SELECT d.id, d.household_id, d.item_id, {seconds} AS drawn_s, d.quantity - d.given_back AS quantity
        FROM entitlement_draws d LEFT JOIN reservations r ON r.id = d.reservation_id
        WHERE d.given_back < d.quantity AND (r.id IS NULL OR r.state IN ('pending', 'posted'))
            AND NOT EXISTS (SELECT 1 FROM transfers back WHERE back.reverses_id = r.transfer_id)
    """)
    above = ' '.join(f'LEFT JOIN areas a{n} ON a{n}.id = a{n - 1}.parent_id' for n in range(1, LEVELS))
    areas = ', '.join(f'a{n}.id' for n in range(LEVELS))
    op.execute(f"""
        CREATE VIEW entitlement_limits AS
        SELECT h.id AS household_id, e.item_id, e.id AS rule_id, e.days * 86400 AS span_s,
            e.quantity * (CASE WHEN e.per = 'person' AND h.person_count > 1 THEN h.person_count ELSE 1 END) AS quantity
        FROM households h
        JOIN buildings b ON b.id = h.building_id
        JOIN compounds c ON c.id = b.compound_id
        JOIN areas a0 ON a0.id = c.community_id
        {above}
        JOIN entitlement_rules e ON e.area_id IN ({areas})
        WHERE e.ended_at IS NULL
    """)


def _exceeded(draw):
    """Whether some span of a limit's length that holds the new draw holds more than the limit: the spans that end with
    the draw itself, or with one after it where a clock was set back."""
    return f"""
        SELECT 1
        FROM entitlement_limits l
        JOIN entitlement_standing mine ON mine.id = {draw}
        JOIN entitlement_standing last ON last.household_id = mine.household_id AND last.item_id = mine.item_id
            AND last.drawn_s >= mine.drawn_s AND last.drawn_s < mine.drawn_s + l.span_s
        WHERE l.household_id = mine.household_id AND l.item_id = mine.item_id
            AND l.quantity < (
                SELECT sum(s.quantity) FROM entitlement_standing s
                WHERE s.household_id = mine.household_id AND s.item_id = mine.item_id
                    AND s.drawn_s <= last.drawn_s AND s.drawn_s > last.drawn_s - l.span_s
            )
    """


KEPT = ('id', 'key', 'household_id', 'item_id', 'quantity', 'channel', 'drawn_at', 'reservation_id', 'account_id')
COMMITTED = (
    'code', 'item_id', 'area_id', 'quantity', 'supply', 'collect_days', 'closes_at', 'public_source', 'seed', 'salt',
    'commitment',
)


def _changed(columns, differs):
    return ' OR '.join(f'NEW.{column} {differs} OLD.{column}' for column in columns)


def _guard_on_sqlite():
    """SQLite lets one writer in at a time, so that counting at the insert is enough."""
    op.execute(
        "CREATE TRIGGER entitlement_draws_count AFTER INSERT ON entitlement_draws BEGIN "
        "UPDATE entitlement_guards SET draw_count = draw_count + 1 "
        "WHERE household_id = NEW.household_id AND item_id = NEW.item_id; "
        f"SELECT RAISE(ABORT, 'entitlement exceeded') WHERE EXISTS ({_exceeded('NEW.id')}); END"
    )
    op.execute(
        "CREATE TRIGGER entitlement_draws_no_edit BEFORE UPDATE ON entitlement_draws "
        f"WHEN NEW.given_back < OLD.given_back OR {_changed(KEPT, 'IS NOT')} "
        "BEGIN SELECT RAISE(ABORT, 'a draw is only ever given back'); END"
    )
    op.execute(
        "CREATE TRIGGER entitlement_draws_no_delete BEFORE DELETE ON entitlement_draws "
        "BEGIN SELECT RAISE(ABORT, 'a draw is only ever given back'); END"
    )
    op.execute(
        "CREATE TRIGGER ballots_committed BEFORE UPDATE ON ballots WHEN OLD.commitment IS NOT NULL AND "
        f"({_changed(COMMITTED, 'IS NOT')} OR (OLD.list_sha256 IS NOT NULL AND NEW.list_sha256 IS NOT OLD.list_sha256) "
        "OR (OLD.drawn_at IS NOT NULL AND NEW.public_value IS NOT OLD.public_value)) "
        "BEGIN SELECT RAISE(ABORT, 'a ballot keeps to what it published'); END"
    )
    op.execute(
        "CREATE TRIGGER ballot_registrations_while_open BEFORE INSERT ON ballot_registrations "
        "WHEN (SELECT state FROM ballots WHERE id = NEW.ballot_id) <> 'open' "
        "BEGIN SELECT RAISE(ABORT, 'the ballot is not open'); END"
    )
    op.execute(
        "CREATE TRIGGER ballot_registrations_no_delete BEFORE DELETE ON ballot_registrations "
        "WHEN (SELECT state FROM ballots WHERE id = OLD.ballot_id) <> 'open' "
        "BEGIN SELECT RAISE(ABORT, 'the ballot is not open'); END"
    )
    fixed = _changed(('id', 'ballot_id', 'household_id', 'code', 'registered_at'), 'IS NOT')
    op.execute(
        "CREATE TRIGGER ballot_registrations_fixed BEFORE UPDATE ON ballot_registrations "
        f"WHEN {fixed} OR (OLD.weight IS NOT NULL AND NEW.weight IS NOT OLD.weight) "
        "OR (OLD.rank IS NOT NULL AND (NEW.rank IS NOT OLD.rank OR NEW.ticket IS NOT OLD.ticket)) "
        "BEGIN SELECT RAISE(ABORT, 'a registration keeps its place'); END"
    )


def _guard_on_postgresql():
    """The update of the guard row is the lock: a second draw waits for the first one's end there, and what it then
    reads holds the first. Under REPEATABLE READ it fails instead, which keeps the limit too."""
    differs = 'IS DISTINCT FROM'
    op.execute(f"""
        CREATE FUNCTION entitlement_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE entitlement_guards SET draw_count = draw_count + 1
            WHERE household_id = NEW.household_id AND item_id = NEW.item_id;
            IF EXISTS ({_exceeded('NEW.id')}) THEN
                RAISE EXCEPTION 'entitlement exceeded' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute(
        "CREATE TRIGGER entitlement_draws_count AFTER INSERT ON entitlement_draws "
        "FOR EACH ROW EXECUTE FUNCTION entitlement_count()"
    )
    op.execute(
        "CREATE FUNCTION refuse_with_reason() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER entitlement_draws_no_edit BEFORE UPDATE ON entitlement_draws FOR EACH ROW "
        f"WHEN (NEW.given_back < OLD.given_back OR {_changed(KEPT, differs)}) "
        "EXECUTE FUNCTION refuse_with_reason('a draw is only ever given back')"
    )
    op.execute(
        "CREATE TRIGGER entitlement_draws_no_delete BEFORE DELETE OR TRUNCATE ON entitlement_draws "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_with_reason('a draw is only ever given back')"
    )
    op.execute(
        "CREATE TRIGGER ballots_committed BEFORE UPDATE ON ballots FOR EACH ROW WHEN (OLD.commitment IS NOT NULL AND "
        f"({_changed(COMMITTED, differs)} OR (OLD.list_sha256 IS NOT NULL AND NEW.list_sha256 {differs} OLD.list_sha256) "
        f"OR (OLD.drawn_at IS NOT NULL AND NEW.public_value {differs} OLD.public_value))) "
        "EXECUTE FUNCTION refuse_with_reason('a ballot keeps to what it published')"
    )
    op.execute("""
        CREATE FUNCTION ballot_must_be_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM 1 FROM ballots WHERE id = coalesce(NEW.ballot_id, OLD.ballot_id) AND state = 'open' FOR SHARE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the ballot is not open' USING ERRCODE = 'check_violation';
            END IF;
            RETURN coalesce(NEW, OLD);
        END $$
    """)
    op.execute(
        "CREATE TRIGGER ballot_registrations_while_open BEFORE INSERT OR DELETE ON ballot_registrations "
        "FOR EACH ROW EXECUTE FUNCTION ballot_must_be_open()"
    )
    fixed = _changed(('id', 'ballot_id', 'household_id', 'code', 'registered_at'), differs)
    op.execute(
        "CREATE TRIGGER ballot_registrations_fixed BEFORE UPDATE ON ballot_registrations FOR EACH ROW "
        f"WHEN ({fixed} OR (OLD.weight IS NOT NULL AND NEW.weight {differs} OLD.weight) "
        f"OR (OLD.rank IS NOT NULL AND (NEW.rank {differs} OLD.rank OR NEW.ticket {differs} OLD.ticket))) "
        "EXECUTE FUNCTION refuse_with_reason('a registration keeps its place')"
    )


def downgrade():
    raise NotImplementedError
