namespace FinOps.Platform.Hosting;

/// <summary>Every queue, batch, page and retry of the platform has its limit here, with the reason for its size.</summary>
public static class Limits
{
    /// <summary>
    /// Commits of a silo under way at one time. The first lane commits whatever waits; another one only what fills a commit by itself: small
    /// commits side by side cost more per record than they overlap.
    /// </summary>
    public const int LedgerLanes = 3;

    /// <summary>Records of one commit: enough to spread the cost of a flush thin, small enough that a commit takes tens of milliseconds.</summary>
    public const int RecordsPerCommit = 5_000;

    /// <summary>Records of a commit up to which the next one is made ready and sent before its callers are told: beyond it they are told first.</summary>
    public const int RecordsOfSmallCommit = 500;

    /// <summary>Flushes that wait for a lane, one for each meter of a batch; as many may be left waiting because another lane writes their meters. Beyond it callers wait.</summary>
    public const int FlushesWaiting = 10_000;

    /// <summary>How long a call waits for a meter of its own process: as long as Orleans waits for one elsewhere.</summary>
    public static readonly TimeSpan MeterPatience = TimeSpan.FromSeconds(30);

    /// <summary>How long the door waits for the meters that it has called before it hands over what came since: longer than a usual commit.</summary>
    public static readonly TimeSpan DoorwayPatience = TimeSpan.FromMilliseconds(100);

    /// <summary>Records that wait in one meter. Beyond it the meter refuses, and the sender tries again.</summary>
    public const int RecordsWaitingPerMeter = 100_000;

    /// <summary>Meters whose references a process keeps; beyond it they are made anew for each call.</summary>
    public const int MetersRemembered = 100_000;

    /// <summary>
    /// Times that a meter reads its streams again because somebody else wrote them, before its callers are told to try again. Corrections of one
    /// meter come in bursts, each of which may be quicker than the meter.
    /// </summary>
    public const int StaleMeterAttempts = 25;

    /// <summary>Times that a commit looks again because another one was quicker, before its callers are told to try again.</summary>
    public const int CommitRacesLost = 5;

    /// <summary>Records under way in one process. Beyond it HTTP answers 503 with Retry-After, and the broker keeps its messages.</summary>
    public const int RecordsUnderWay = 200_000;

    /// <summary>How long a key that was taken out of the credentials file, or put in, may count as before.</summary>
    public static readonly TimeSpan CredentialsLook = TimeSpan.FromMilliseconds(100);

    /// <summary>Seconds after which a caller that was told to wait may try again.</summary>
    public const int RetryAfterSeconds = 2;

    /// <summary>Unacknowledged messages per consumer: at least 2 × lanes × records per commit ÷ records per message (100), or commits stay small.</summary>
    public const ushort BrokerPrefetch = 256;

    /// <summary>Unacknowledged dead letters: they are few, and each may be large.</summary>
    public const ushort DeadLetterPrefetch = 16;

    /// <summary>Deliveries of one message before the broker gives it to the dead letters: it may have killed the process each time.</summary>
    public const int BrokerDeliveries = 10;

    /// <summary>Bytes that wait in the usage queue; beyond it the broker refuses to take more, and publishers hear it.</summary>
    public const long BrokerQueueBytes = 4L * 1024 * 1024 * 1024;

    /// <summary>Deliveries of one suspect, alone: once for bad luck, once more to be sure.</summary>
    public const int SuspectDeliveries = 2;

    /// <summary>Suspects at one time: one, or the innocent would go with the guilty again.</summary>
    public const ushort SuspectPrefetch = 1;

    /// <summary>Deliveries of a dead letter to the inbox: without end, or a database that is away for long would lose it.</summary>
    public const int DeadLetterDeliveries = int.MaxValue;

    /// <summary>Bytes that wait in each queue of the dead; beyond it they stay where they are.</summary>
    public const long DeadLetterQueueBytes = 1024L * 1024 * 1024;

    /// <summary>
    /// How long the broker waits for an acknowledgement before it closes the channel: `consumer_timeout` in infra/rabbitmq.conf. A message
    /// is tried in place no longer than (<see cref="BrokerRetries"/> + 1) × (<see cref="BrokerTry"/> + <see cref="BrokerLongestPause"/>),
    /// 57 minutes, which must be less; a test holds the three to it.
    /// </summary>
    public static readonly TimeSpan BrokerPatience = TimeSpan.FromMinutes(60);

    /// <summary>Times that a message is tried again in place while the books cannot be written. Then the broker delivers it again, and so on.</summary>
    public const int BrokerRetries = 48;

    /// <summary>How long one try may take: longer than a call between silos or a command of the database.</summary>
    public static readonly TimeSpan BrokerTry = TimeSpan.FromSeconds(60);

    /// <summary>The pause before the second try; it doubles.</summary>
    public static readonly TimeSpan BrokerFirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause between two tries.</summary>
    public static readonly TimeSpan BrokerLongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of one HTTP body or broker message, decompressed.</summary>
    public const int MessageBytes = 16 * 1024 * 1024;

    /// <summary>Nesting of JSON that comes from outside; a batch needs 6, an envelope 8.</summary>
    public const int JsonDepth = 32;

    /// <summary>Live records older than this are quarantined; a named backfill may be of any age.</summary>
    public static readonly TimeSpan AcceptanceWindowBack = TimeSpan.FromDays(35);

    /// <summary>Live records further ahead of our clock than this are quarantined.</summary>
    public static readonly TimeSpan AcceptanceWindowAhead = TimeSpan.FromMinutes(5);

    /// <summary>Streams of backfills that a process remembers to have noted; beyond it they are noted again, which changes nothing.</summary>
    public const int BackfillStreamsNoted = 100_000;

    /// <summary>Records that one stored event takes back, unless one event brought more: as many as a commit brings.</summary>
    public const int RecordsPerVoid = 5_000;

    /// <summary>Seconds that one statement of a correction may take: that which frees a backfill's ids deletes millions of rows.</summary>
    public const int CorrectionTimeoutSeconds = 900;

    /// <summary>Times that a correction starts anew when the database broke a deadlock at its cost, or a meter made the same stream first.</summary>
    public const int CorrectionAttempts = 3;

    /// <summary>Corrections that wait in a process while one is made: people ask for them, and scripts that repair a day's records.</summary>
    public const int CorrectionsWaiting = 1_000;

    /// <summary>Characters of a correction's reason.</summary>
    public const int ReasonLength = 1_000;

    /// <summary>Rows of one page of a GraphQL connection.</summary>
    public const int PageSize = 1_000;

    /// <summary>Rows of one page when the query does not say.</summary>
    public const int PageSizeDefault = 100;

    /// <summary>Facts of one re-rating or one what-if: a whole price list; each is looked at beside those before it.</summary>
    public const int FactsAtOnce = 1_000;

    /// <summary>Days of one report's window: ten years.</summary>
    public const int WindowDays = 3_660;

    /// <summary>Bytes of a body that imports costs: a month of hourly rows is some megabytes, gzipped; the file is base64 in it.</summary>
    public const int CostImportBodyBytes = 24 * 1024 * 1024;

    /// <summary>Bytes of a file of costs, unzipped: it is held in memory while it is read.</summary>
    public const int CostImportBytes = 256 * 1024 * 1024;

    /// <summary>Rows of one file of costs.</summary>
    public const int CostImportRows = 1_000_000;

    /// <summary>Amounts of one import, after rows of one fleet, line and period are summed: a month by the hour for a hundred fleets is 74,400.</summary>
    public const int CostImportAmounts = 100_000;

    /// <summary>Amounts of all imports that count: books are folded from them in memory after each change, in some seconds for so many.</summary>
    public const int CostImportAmountsHeld = 1_000_000;

    /// <summary>Hours of fleets that one import covers: each is computed to tell what it replaces.</summary>
    public const int CostImportHours = 500_000;

    /// <summary>Kinds of unmapped rows that one answer lists, the largest first; all are summed.</summary>
    public const int CostImportUnmappedShown = 100;

    /// <summary>Rows of one report; beyond it the query is asked to group coarser or to narrow its window.</summary>
    public const int ReportRows = 200_000;

    /// <summary>How long after its end an hour's cost may still be restated by usage that arrives late; <c>Reporting:HourSettlesAfter</c> says otherwise.</summary>
    public static readonly TimeSpan HourSettlesAfter = TimeSpan.FromHours(2);

    /// <summary>How long neither usage nor a report may come of a fleet that costs money before it is silent; <c>Reporting:FleetSilentAfter</c> says otherwise.</summary>
    public static readonly TimeSpan FleetSilentAfter = TimeSpan.FromHours(1);

    /// <summary>How far back the best hour of a fleet is looked for: as far as live usage may arrive.</summary>
    public static readonly TimeSpan BestHourLookback = TimeSpan.FromDays(35);

    /// <summary>Reports of fleets in one HTTP body: a day of a hundred fleets in quarter-hours.</summary>
    public const int FleetReportsPerBody = 10_000;

    /// <summary>Reports of fleets at one time: one, so that one that kills its process takes no other with it.</summary>
    public const ushort FleetPrefetch = 1;

    /// <summary>Hangfire workers of a process: deliveries mostly wait for a receiver.</summary>
    public const int JobWorkers = 8;

    /// <summary>Deliveries that wait in a process until the job server has taken them; more are left to the sweep.</summary>
    public const int DeliveriesQueued = 10_000;

    /// <summary>Statements that a connection keeps prepared: a commit's, and the commonest queries.</summary>
    public const int PreparedStatementsPerConnection = 50;

    /// <summary>Connections of one process to the database, beside those of its jobs. A server with its usual 100 has room for one process; who waits for one, waits.</summary>
    public const int DatabaseConnections = 60;

    /// <summary>Seconds that a database command may take before it counts as failed.</summary>
    public const int CommandTimeoutSeconds = 60;

    /// <summary>Records of one batch that the publisher sends, unless told otherwise: 100 spread the cost of a message thin and keep it near 25 kB.</summary>
    public const int PublishedRecordsPerBatch = 100;

    /// <summary>Lanes of the publisher, each with one unanswered batch: 3,200 records under way keep a server's commits worth their flush.</summary>
    public const int PublisherLanes = 32;

    /// <summary>Lanes that may be asked for: each holds a broker connection.</summary>
    public const int PublisherLanesMax = 64;

    /// <summary>Batches that wait in one of the publisher's lanes behind the unanswered one: the next is ready, and memory stays flat.</summary>
    public const int PublishedBatchesWaitingPerLane = 1;

    /// <summary>How long the publisher waits for a receipt before it sends the batch again; doubled with each try.</summary>
    public static readonly TimeSpan PublishedBatchPatience = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait for a receipt: a broker that held the batch that long has lost it, or its consumers are gone.</summary>
    public static readonly TimeSpan PublishedBatchPatienceMax = TimeSpan.FromMinutes(5);

    /// <summary>The longest pause between two tries to send a batch, unless the server asks for a longer one.</summary>
    public static readonly TimeSpan PublisherPauseMax = TimeSpan.FromSeconds(5);

    /// <summary>How long a stopped publisher still waits for the answers to what it sent.</summary>
    public static readonly TimeSpan PublisherStopPatience = TimeSpan.FromSeconds(5);

    /// <summary>Distinct quarantine reasons that the publisher keeps for its summary.</summary>
    public const int PublisherReasonsKept = 100;

    /// <summary>Bytes of one GraphQL body: room for a long price list in variables.</summary>
    public const int GraphBodyBytes = 1024 * 1024;

    /// <summary>Bytes of a price catalogue when unpacked: the known one has 1.5 MB and packs to 76 kB, so it fits in a body; a bomb does not get far.</summary>
    public const int CatalogueBytes = 16 * 1024 * 1024;

    /// <summary>Nested nodes of a GraphQL document before the parser gives up: the standard introspection query takes 50, a stack takes thousands.</summary>
    public const int GraphParserDepth = 100;

    /// <summary>Nested values of a request's JSON; our deepest input takes six.</summary>
    public const int GraphVariableDepth = 32;

    /// <summary>Nested levels of fields; the standard introspection query takes 13.</summary>
    public const int GraphDepth = 20;

    /// <summary>Fields of a document with its fragments unfolded. Checking that fields do not clash takes the square of it.</summary>
    public const int GraphFields = 2_048;

    /// <summary>Aliases of a document: each lets the same costly field run once more. A dashboard's page takes a dozen.</summary>
    public const int GraphAliases = 32;

    /// <summary>
    /// Everything that is written in a document: names, arguments, values, variables. Checking that arguments and variables differ takes the
    /// square of them; 60,000 took half a minute.
    /// </summary>
    public const int GraphNodes = 10_000;

    /// <summary>Rows of all pages of a document together, so that its answer stays within some tens of megabytes.</summary>
    public const int GraphRows = 4_000;

    /// <summary>Directives of a document; nobody needs many, and each is checked at its place.</summary>
    public const int GraphDirectives = 64;

    /// <summary>Operations and fragments of a document; fragments that name each other are followed one inside the other.</summary>
    public const int GraphDefinitions = 64;

    /// <summary>Errors of a refused document that are told; who mends these finds the next.</summary>
    public const int GraphErrorsShown = 50;

    /// <summary>Subscriptions that one process serves at one time; each is a connection and some kilobytes.</summary>
    public const int GraphStreams = 500;

    /// <summary>Subscriptions of one credential at one time.</summary>
    public const int GraphStreamsPerKey = 20;

    /// <summary>Results that wait for a subscriber that reads slowly; with more, it is let go.</summary>
    public const int GraphStreamBacklog = 256;

    /// <summary>How long a subscription is silent before it says that it lives: proxies cut what says nothing for a minute or half.</summary>
    public static readonly TimeSpan GraphStreamKeepAlive = TimeSpan.FromSeconds(12);

    /// <summary>When a client whom we had no place for may come again.</summary>
    public const int GraphStreamRetrySeconds = 10;

    /// <summary>How long the feed of alerts hears nothing before it asks whether the database is still there.</summary>
    public static readonly TimeSpan AlertFeedSilence = TimeSpan.FromSeconds(30);

    /// <summary>The pause before the feed of alerts connects again.</summary>
    public static readonly TimeSpan AlertFeedPause = TimeSpan.FromSeconds(1);

    /// <summary>How far before a lost connection the feed looks again: an alert is dated before it is committed.</summary>
    public static readonly TimeSpan AlertFeedOverlap = TimeSpan.FromMinutes(1);

    /// <summary>Alerts that the feed remembers having told; more than are raised within its overlap.</summary>
    public const int AlertFeedRemembered = 20_000;

    /// <summary>Characters of one error's message.</summary>
    public const int GraphMessage = 1_000;

    /// <summary>Characters that a list shows of a refused record, and bytes of a dead letter: a page must not weigh gigabytes.</summary>
    public const int ShownOfRecord = 8 * 1024;

    /// <summary>Quarantined records or dead letters that one call replays: its answer names each, and a person waits for it.</summary>
    public const int ReplayedAtOnce = 1_000;

    /// <summary>The last tries of a record or a dead letter that a list shows.</summary>
    public const int ReplaysShown = 10;

    /// <summary>Dead letters that one call has in hand: each may have 16 MB.</summary>
    public const int DeadLettersInFlight = 8;

    /// <summary>Bytes of a dead letter that one answer gives, before base64.</summary>
    public const int DeadLetterPart = 1024 * 1024;

    /// <summary>How often Hangfire looks for jobs whose time has come: its usual 15 s would make a retry after 5 s one after 20.</summary>
    public static readonly TimeSpan JobSchedulePoll = TimeSpan.FromSeconds(1);

    /// <summary>Tenants that wait for their budgets to be evaluated. Beyond it the sweep finds them.</summary>
    public const int TenantsNoted = 100_000;

    /// <summary>Days noted of one waiting tenant; beyond it its whole past is evaluated, which is one question per period.</summary>
    public const int DaysNotedPerTenant = 400;

    /// <summary>How long notes of usage gather before budgets are evaluated: a busy tenant has hundreds of commits a second.</summary>
    public static readonly TimeSpan BudgetPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Tenants whose budgets are evaluated at one time by a process: more only queue up at the database.</summary>
    public const int BudgetEvaluationsInFlight = 4;

    /// <summary>Turns that a budget grain takes on one call when other writers are first; each turn loses to a commit, so someone advances.</summary>
    public const int BudgetTurns = 5;

    /// <summary>Budgets of one answer.</summary>
    public const int BudgetsListed = 10_000;

    /// <summary>Records of one quarter-hour that are put in event-time order at once; of a busier one, its seconds come first.</summary>
    public const int RecordsPerCrossing = 100_000;

    /// <summary>How long the events of one meter and month may take to be read.</summary>
    public const int CrossingTimeoutSeconds = 300;

    /// <summary>
    /// The waits before the second try of an alert's channel, the third, and so on, as the Standard Webhooks specification has them: three
    /// days and some; after that it is dead. Configurable.
    /// </summary>
    public static readonly IReadOnlyList<TimeSpan> DeliveryRetries =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>The longest wait that a receiver's Retry-After is granted.</summary>
    public static readonly TimeSpan DeliveryLongestWait = TimeSpan.FromHours(24);

    /// <summary>From the connection to the last byte read of one webhook call.</summary>
    public static readonly TimeSpan WebhookTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Bytes read of a receiver's answer, so that its connection can be used again; none is kept.</summary>
    public const int WebhookAnswerBytes = 64 * 1024;

    /// <summary>How long the broker may take to confirm an alert.</summary>
    public static readonly TimeSpan BusTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A delivery job that has not reported by then is taken for dead. Longer than any try may take.</summary>
    public static readonly TimeSpan DeliveryClaim = TimeSpan.FromSeconds(60);

    /// <summary>A try may start this much early: Hangfire cuts the time of a scheduled job to whole seconds.</summary>
    public static readonly TimeSpan DeliverySlack = TimeSpan.FromSeconds(1);

    /// <summary>A try that is late by this much has lost its job; the sweep gives it another.</summary>
    public static readonly TimeSpan DeliveryLost = TimeSpan.FromSeconds(20);

    /// <summary>From the connection to the mail server's last word about one message.</summary>
    public static readonly TimeSpan SmtpTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Channels of one budget beside the bus and the webhook.</summary>
    public const int ChannelsPerBudget = 10;

    /// <summary>Characters of a channel's target, a URL or addresses.</summary>
    public const int ChannelTargetLength = 2_048;

    /// <summary>Recipients of one e-mail channel; more belong on a list of theirs.</summary>
    public const int EmailRecipients = 20;

    /// <summary>Secrets that one webhook is signed with at most while they are rotated: each is a signature in the header.</summary>
    public const int WebhookSecrets = 4;

    /// <summary>How long an old webhook secret signs beside the new one, unless told otherwise.</summary>
    public static readonly TimeSpan WebhookSecretOverlap = TimeSpan.FromHours(24);

    /// <summary>The longest that an old webhook secret may go on.</summary>
    public static readonly TimeSpan WebhookSecretOverlapLongest = TimeSpan.FromDays(30);

    /// <summary>Characters of one template of a message; what it makes of an alert is not much longer, for it has no loops.</summary>
    public const int TemplateLength = 8_000;

    /// <summary>Characters of a message's subject; a chat's heading takes no more.</summary>
    public const int SubjectLength = 150;

    /// <summary>Test alerts of one budget in an hour: enough to try, too few to annoy a receiver with.</summary>
    public const int TestAlertsPerHour = 20;

    /// <summary>Alerts in one digest; what is more waits for the next.</summary>
    public const int AlertsPerDigest = 100;

    /// <summary>Digests that one run sends at one time.</summary>
    public const int DigestsInFlight = 4;

    /// <summary>Alerts that one sweep puts to work; the next minute's sweep takes more.</summary>
    public const int AlertsPerSweep = 1_000;

    /// <summary>How long a silo may take to answer another's probe: longer than its pauses; three missed are nine seconds.</summary>
    public static readonly TimeSpan ClusterProbeTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Probes in a row that a silo misses before it is suspected.</summary>
    public const int ClusterProbesMissed = 3;

    /// <summary>Silos that must suspect one before it is dead: one with a bad network cannot end the others. Of two, one suffices.</summary>
    public const int ClusterVotes = 2;

    /// <summary>How often silos read the members and clients the gateways: gossip is faster, and this finds what it missed.</summary>
    public static readonly TimeSpan ClusterRefresh = TimeSpan.FromSeconds(5);

    /// <summary>How often a silo signs that it is alive.</summary>
    public static readonly TimeSpan ClusterSignOfLife = TimeSpan.FromSeconds(5);

    /// <summary>Signs of life missed, 15 s, before a silo that starts elsewhere no longer waits for the one that went.</summary>
    public const int ClusterSignsOfLifeMissed = 3;

    /// <summary>How long a dead silo's row is kept, for whoever asks what happened.</summary>
    public static readonly TimeSpan ClusterDeadKept = TimeSpan.FromDays(1);

    /// <summary>Database connections for clustering; its statements are short and few.</summary>
    public const int ClusterConnections = 4;

    /// <summary>How long a process waits for a silo before it gives up: one starts in seconds, an image is pulled in a minute.</summary>
    public static readonly TimeSpan ClusterPatience = TimeSpan.FromMinutes(2);

    /// <summary>The pause between two looks for a silo.</summary>
    public static readonly TimeSpan ClusterPause = TimeSpan.FromSeconds(1);

    /// <summary>How long the cluster may take to answer before readiness is red.</summary>
    public static readonly TimeSpan ClusterAnswer = TimeSpan.FromSeconds(5);

    /// <summary>How often the ledger is compared with its events: a lost or doubled row is found within it, whichever it is.</summary>
    public static readonly TimeSpan LedgerCheckInterval = TimeSpan.FromMinutes(5);

    /// <summary>Within this time every stored event is folded again and every bucket compared row by row, however long ago it was written.</summary>
    public static readonly TimeSpan LedgerFullCheckPeriod = TimeSpan.FromDays(7);

    /// <summary>Events that a check folds again at least, beside those that came since the last: small books are checked whole each time.</summary>
    public const int LedgerEventsFoldedAgain = 2_000;

    /// <summary>Events that one check reads at most, some minutes' work; the next one goes on. Only a first check of large books has so many.</summary>
    public const int LedgerEventsPerCheck = 200_000;

    /// <summary>Seconds that one statement of a check may take: a pass over a hundred million records' buckets takes some.</summary>
    public const int LedgerCheckCommandSeconds = 600;

    /// <summary>Checkpoints written in one round trip.</summary>
    public const int LedgerCheckpointsPerBatch = 1_000;

    /// <summary>Differences that one check keeps and one answer shows: the first thousand say where, and a lost table has millions.</summary>
    public const int LedgerDifferencesKept = 1_000;

    /// <summary>Differences that one check logs one by one.</summary>
    public const int LedgerDifferencesLogged = 20;

    /// <summary>How long a healed difference can still be looked up.</summary>
    public static readonly TimeSpan LedgerHealedKept = TimeSpan.FromDays(90);

    /// <summary>Dedupe keys that are counted at each check; counting more takes seconds, so that is done once in <see cref="LedgerKeysPeriod"/>.</summary>
    public const long LedgerKeysCountedEachTime = 2_000_000;

    /// <summary>How often a large number of dedupe keys is counted.</summary>
    public static readonly TimeSpan LedgerKeysPeriod = TimeSpan.FromDays(1);

    /// <summary>Checks that may fail to come before readiness says that the ledger is not watched.</summary>
    public const int LedgerChecksMissed = 3;

    /// <summary>Between two checks of fleet cost against its shares; an hour settles once.</summary>
    public static readonly TimeSpan AllocationCheckInterval = TimeSpan.FromHours(1);

    /// <summary>How far back such a check looks: what was corrected or set for earlier days, GraphQL compares when asked.</summary>
    public static readonly TimeSpan AllocationChecked = TimeSpan.FromDays(2);

    /// <summary>Usage streams that a rebuild works on at one time: one reads while another writes.</summary>
    public const int RebuildsInFlight = 2;

    /// <summary>
    /// Cells of roll-ups that a process keeps, 250 to 550 bytes each, most where a target is modelled; <c>Reporting:RollUpCells</c> says otherwise. A fleet's day takes one for each
    /// tenant, and one for each tenant's model where a question asked by both: 4 fleets of 200 tenants with 10 models take 75,000 a quarter,
    /// and 800,000 where all of it is asked by both.
    /// </summary>
    public const int RollUpCells = 1_200_000;

    /// <summary>Roll-ups that one report is summed from, a fleet's day or hour each; a longer one is read from buckets, row by row.</summary>
    public const int RollUpsPerReport = 5_000;

    /// <summary>Quarter-hours of a fleet that are read at once to make roll-ups: two days, so that the server sorts them in memory.</summary>
    public const int RollUpSlotsPerRead = 192;

    /// <summary>How often the notes of changed hours are made few again: between, there is one for each commit and fleet's hour.</summary>
    public static readonly TimeSpan UsageChangesCompactedEvery = TimeSpan.FromMinutes(10);

    /// <summary>Configurations of one sweep: a curve for each of a dozen chips, formats and lengths, reckoned in about a second.</summary>
    public const int SweepConfigurations = 10_000;

    /// <summary>Orders that wait at one hard budget; beyond, the books count as away.</summary>
    public const int ReservationsWaiting = 10_000;

    /// <summary>Reservations that one gate remembers, some 600 bytes each: 8,000 a second that last a minute; beyond, the books count as away.</summary>
    public const int ReservationsRemembered = 500_000;

    /// <summary>Reservations of one commit: some milliseconds of work for the database.</summary>
    public const int ReservationsPerCommit = 1_000;

    /// <summary>Commits of reservations that a silo has in flight: while one is written to disk, the next is gathered.</summary>
    public const int ReservationLanes = 2;

    /// <summary>Turns that a gate takes on one group when another activation is first; each loses to a commit, so someone advances.</summary>
    public const int StaleGateTurns = 25;

    /// <summary>How long a gateway waits for an answer before the budget's own choice is the answer; <c>IGateGrain.AskAsync</c> says it, too.</summary>
    public static readonly TimeSpan ReservationPatience = TimeSpan.FromSeconds(2);

    /// <summary>How old a process's list of hard budgets may be.</summary>
    public static readonly TimeSpan GatesKnownFor = TimeSpan.FromSeconds(5);

    /// <summary>How often a budget that is on no list has the list read again.</summary>
    public static readonly TimeSpan GatesLookedUp = TimeSpan.FromMilliseconds(200);

    /// <summary>Bytes of a reservation's body.</summary>
    public const int ReservationBytes = 64 * 1024;

    /// <summary>Hard budgets that one reservation may touch.</summary>
    public const int GatesPerReservation = 32;

    /// <summary>How long a reservation's row is kept after its end, for whoever asks what happened.</summary>
    public static readonly TimeSpan ReservationsKept = TimeSpan.FromHours(1);

    /// <summary>How long each try of an alert's delivery can be looked up.</summary>
    public static readonly TimeSpan DeliveriesKept = TimeSpan.FromDays(90);

    /// <summary>
    /// How long each channel's row of an alert, and each digest, is kept after its last try. The alert stays, so it is never raised again. Longer
    /// than any schedule of tries, and than a week, within which a digest's day could come again.
    /// </summary>
    public static readonly TimeSpan AlertChannelsKept = TimeSpan.FromDays(180);

    /// <summary>How long it can be looked up that a test alert was sent; the hour's limit needs an hour.</summary>
    public static readonly TimeSpan TestAlertsKept = TimeSpan.FromDays(90);

    /// <summary>How long it can be looked up that a channel gave up or was switched off; that it is off stands on the channel.</summary>
    public static readonly TimeSpan AlertNoticesKept = TimeSpan.FromDays(400);

    /// <summary>How long the tenant's records that were quarantined, and messages that were dead, are kept after somebody resolved them. Open ones stay.</summary>
    public static readonly TimeSpan ResolvedKept = TimeSpan.FromDays(180);

    /// <summary>How long a record that came again with other content is listed: until the year's books are closed and asked about. The tally counts it on.</summary>
    public static readonly TimeSpan ConflictsKept = TimeSpan.FromDays(400);

    /// <summary>How long a failed job can be looked at; a recurring one that fails each minute leaves one each time.</summary>
    public static readonly TimeSpan FailedJobsKept = TimeSpan.FromDays(14);

    /// <summary>Rows that are forgotten in one transaction: short enough that nobody waits for it.</summary>
    public const int RowsForgottenAtOnce = 10_000;

    /// <summary>Days back that are held against a budget's past when nobody looked for a while; older ones are no news.</summary>
    public const int AnomalyDaysBack = 7;

    /// <summary>Periods of one budget in an answer: three years of months. Each is a question to the books.</summary>
    public const int BudgetPeriodsShown = 36;

    /// <summary>Where nobody says how many: a year of months.</summary>
    public const int BudgetPeriodsUsual = 12;

    /// <summary>Ended periods of one budget that one run writes down: three years of months; the next run goes on.</summary>
    public const int PeriodsEndedPerRun = 36;
}
