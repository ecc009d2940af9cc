/*
 * A stand-in for NVIDIA's libnvidia-ml.so.1: what a driver answers, without a driver or a card.
 *
 * The scenario is RIGWRIGHT_NVML_SCENARIO, read at every nvmlInit; an unknown one is NVML_ERROR_UNKNOWN.
 * Names, arguments, layouts of structures and codes are those of NVIDIA's nvml.h and of the module pynvml of
 * nvidia-ml-py 13; only what facts/gpu_nvml.py asks is here, and the rest is missing as in an older driver.
 *
 * No value was read from a card. GeForce: what one has and lacks as in captures of an RTX 4080 SUPER, with an
 * RTX 5090's name and limits. L40S: a data-centre card that reports margins, ECC and remapped rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SUCCESS = 0,
    UNINITIALIZED = 1,
    INVALID_ARGUMENT = 2,
    NOT_SUPPORTED = 3,
    NOT_FOUND = 6,
    DRIVER_NOT_LOADED = 9,
    GPU_IS_LOST = 15,
    RESET_REQUIRED = 16,
    LIB_RM_VERSION_MISMATCH = 18,
    UNKNOWN = 999
};

#define ABSENT (-1)       /* the card has no such thing: NVML_ERROR_NOT_SUPPORTED */
#define MIB (1ULL << 20)

struct card {
    const char *name, *uuid, *bus_id;
    int handle_refusal, refusal; /* the code instead of a handle, and of every call with one */
    int temperature, margin, maximum, slowdown, shutdown, memory_temperature;
    int milliwatts, limit_milliwatts, fan, utilization, state;
    unsigned long long used_mib, total_mib, reasons;
    int generation, generation_maximum, width, width_maximum, replays;
    unsigned long long heat_ns, driver_heat_ns, brake_ns, capped_ns;
    int uncorrected, remap_pending, remap_failed, recovery, persistence;
};

#define GEFORCE                                                                        \
    .name = "NVIDIA GeForce RTX 5090", .uuid = "GPU-00000000-0000-0000-0000-000000000001", \
    .bus_id = "00000000:01:00.0", .temperature = 38, .margin = ABSENT, .maximum = 90,  \
    .slowdown = 96, .shutdown = 101, .memory_temperature = ABSENT, .milliwatts = 21500, \
    .limit_milliwatts = 575000, .fan = 0, .utilization = 0, .state = 8,                \
    .used_mib = 512, .total_mib = 32607, .reasons = 0x1, .generation = 1,              \
    .generation_maximum = 5, .width = 16, .width_maximum = 16, .replays = 0,           \
    .uncorrected = ABSENT, .remap_pending = ABSENT, .remap_failed = ABSENT,            \
    .recovery = 0, .persistence = 1

#define BUSY                                                                           \
    .temperature = 71, .milliwatts = 561200, .fan = 64, .utilization = 99, .state = 1, \
    .used_mib = 24576, .reasons = 0x4, .generation = 5

#define DATA_CENTRE                                                                    \
    .name = "NVIDIA L40S", .uuid = "GPU-00000000-0000-0000-0000-000000000002",         \
    .bus_id = "00000000:41:00.0", .temperature = 52, .margin = 36, .maximum = ABSENT,  \
    .slowdown = ABSENT, .shutdown = ABSENT, .memory_temperature = 60,                  \
    .milliwatts = 301000, .limit_milliwatts = 350000, .fan = ABSENT,                   \
    .utilization = 97, .state = 0, .used_mib = 40960, .total_mib = 46068,              \
    .reasons = 0, .generation = 4, .generation_maximum = 4, .width = 16,               \
    .width_maximum = 16, .replays = 2, .uncorrected = 0, .remap_pending = 0,           \
    .remap_failed = 0, .recovery = 0, .persistence = 1

/* A later initialiser overrides an earlier one: that is how a scenario differs from its card. */

static const struct scenario {
    const char *name, *driver;
    int init, cards;
    struct card card[2];
} SCENARIOS[] = {
    {"idle", "580.105.08", SUCCESS, 1, {{GEFORCE}}},
    {"busy", "580.105.08", SUCCESS, 1, {{GEFORCE, BUSY}}},
    {"hot", "580.105.08", SUCCESS, 1, {{GEFORCE, BUSY, .temperature = 97, .reasons = 0x8 | 0x40}}},
    {"hot-before", "580.105.08", SUCCESS, 1,
     {{GEFORCE, BUSY, .heat_ns = 91403239000ULL, .driver_heat_ns = 5000000000ULL, .brake_ns = 7500000000ULL,
       .capped_ns = 4251825415000ULL}}},
    {"narrow", "580.105.08", SUCCESS, 1, {{GEFORCE, BUSY, .width = 8, .replays = 7}}},
    {"slow", "580.105.08", SUCCESS, 1, {{GEFORCE, BUSY, .generation = 1}}},
    {"brake", "580.105.08", SUCCESS, 1, {{GEFORCE, BUSY, .reasons = 0x8 | 0x80}}},
    {"recovery", "580.105.08", SUCCESS, 1, {{GEFORCE, .recovery = 2}}},
    {"recovery-newer", "580.105.08", SUCCESS, 1, {{GEFORCE, .recovery = 9}}},
    {"lost", "580.105.08", SUCCESS, 1, {{GEFORCE, .handle_refusal = GPU_IS_LOST}}},
    {"needs-reset", "580.105.08", SUCCESS, 1, {{GEFORCE, .refusal = RESET_REQUIRED}}},
    {"lost-later", "580.105.08", SUCCESS, 1, {{GEFORCE, .refusal = GPU_IS_LOST}}},
    {"two", "580.105.08", SUCCESS, 2, {{GEFORCE}, {DATA_CENTRE}}},
    {"two-one-lost", "580.105.08", SUCCESS, 2, {{DATA_CENTRE}, {GEFORCE, .handle_refusal = GPU_IS_LOST}}},
    {"data-centre", "580.105.08", SUCCESS, 1, {{DATA_CENTRE}}},
    {"ecc", "580.105.08", SUCCESS, 1, {{DATA_CENTRE, .uncorrected = 3, .remap_pending = 1}}},
    {"remap-failed", "580.105.08", SUCCESS, 1, {{DATA_CENTRE, .remap_failed = 1}}},
    {"none", "580.105.08", SUCCESS, 0, {{0}}},
    {"mismatch", "", LIB_RM_VERSION_MISMATCH, 0, {{0}}},
    {"not-loaded", "", DRIVER_NOT_LOADED, 0, {{0}}},
};

static const struct scenario *now;

int nvmlInitWithFlags(unsigned int flags)
{
    const char *wanted = getenv("RIGWRIGHT_NVML_SCENARIO");
    (void)flags;
    now = NULL;
    for (size_t i = 0; wanted && i < sizeof SCENARIOS / sizeof *SCENARIOS; i++)
        if (!strcmp(SCENARIOS[i].name, wanted)) {
            if (SCENARIOS[i].init == SUCCESS)
                now = &SCENARIOS[i];
            return SCENARIOS[i].init;
        }
    return UNKNOWN;
}

int nvmlShutdown(void)
{
    if (!now)
        return UNINITIALIZED;
    now = NULL;
    return SUCCESS;
}

/* The text of a code as NVML gives it, for pynvml's exceptions. */
const char *nvmlErrorString(int code)
{
    return code == UNKNOWN ? "Unknown Error" : "Error of the stand-in";
}

static int text(char *to, unsigned int size, const char *from)
{
    if (!now)
        return UNINITIALIZED;
    snprintf(to, size, "%s", from);
    return SUCCESS;
}

int nvmlSystemGetDriverVersion(char *to, unsigned int size)
{
    return text(to, size, now ? now->driver : "");
}

int nvmlDeviceGetCount_v2(unsigned int *count)
{
    if (!now)
        return UNINITIALIZED;
    *count = (unsigned int)now->cards;
    return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, const struct card **card)
{
    if (!now)
        return UNINITIALIZED;
    if (index >= (unsigned int)now->cards)
        return INVALID_ARGUMENT;
    if (now->card[index].handle_refusal)
        return now->card[index].handle_refusal;
    *card = &now->card[index];
    return SUCCESS;
}

static int asked(const struct card *card)
{
    if (!now)
        return UNINITIALIZED;
    return card->refusal;
}

static int number(const struct card *card, int from, unsigned int *to)
{
    int code = asked(card);
    if (code || from == ABSENT)
        return code ? code : NOT_SUPPORTED;
    *to = (unsigned int)from;
    return SUCCESS;
}

#define NUMBER(function, member)                                                       \
    int nvmlDeviceGet##function(const struct card *card, unsigned int *to)             \
    {                                                                                  \
        return number(card, card->member, to);                                         \
    }

NUMBER(PowerUsage, milliwatts)
NUMBER(EnforcedPowerLimit, limit_milliwatts)
NUMBER(FanSpeed, fan)
NUMBER(PerformanceState, state)
NUMBER(CurrPcieLinkGeneration, generation)
NUMBER(MaxPcieLinkGeneration, generation_maximum)
NUMBER(CurrPcieLinkWidth, width)
NUMBER(MaxPcieLinkWidth, width_maximum)
NUMBER(PcieReplayCounter, replays)
NUMBER(PersistenceMode, persistence)

int nvmlDeviceGetName(const struct card *card, char *to, unsigned int size)
{
    int code = asked(card);
    return code ? code : text(to, size, card->name);
}

int nvmlDeviceGetUUID(const struct card *card, char *to, unsigned int size)
{
    int code = asked(card);
    return code ? code : text(to, size, card->uuid);
}

struct pci_info {
    char bus_id_legacy[16];
    unsigned int domain, bus, device, device_id, subsystem_id;
    char bus_id[32];
};

int nvmlDeviceGetPciInfo_v3(const struct card *card, struct pci_info *to)
{
    int code = asked(card);
    if (code)
        return code;
    memset(to, 0, sizeof *to);
    return text(to->bus_id, sizeof to->bus_id, card->bus_id);
}

int nvmlDeviceGetTemperature(const struct card *card, int sensor, unsigned int *to)
{
    return sensor ? INVALID_ARGUMENT : number(card, card->temperature, to);
}

int nvmlDeviceGetTemperatureThreshold(const struct card *card, int which, unsigned int *to)
{
    if (which == 0)
        return number(card, card->shutdown, to);
    if (which == 1)
        return number(card, card->slowdown, to);
    return which == 3 ? number(card, card->maximum, to) : NOT_SUPPORTED;
}

struct margin {
    unsigned int version;
    int celsius;
};

int nvmlDeviceGetMarginTemperature(const struct card *card, struct margin *to)
{
    unsigned int found = 0;
    int code = number(card, card->margin, &found);
    to->celsius = (int)found;
    return code;
}

struct utilization {
    unsigned int gpu, memory;
};

int nvmlDeviceGetUtilizationRates(const struct card *card, struct utilization *to)
{
    to->memory = 0;
    return number(card, card->utilization, &to->gpu);
}

struct memory {
    unsigned long long total, free, used;
};

int nvmlDeviceGetMemoryInfo(const struct card *card, struct memory *to)
{
    int code = asked(card);
    to->total = card->total_mib * MIB;
    to->used = card->used_mib * MIB;
    to->free = to->total - to->used;
    return code;
}

int nvmlDeviceGetCurrentClocksEventReasons(const struct card *card, unsigned long long *to)
{
    *to = card->reasons;
    return asked(card);
}

int nvmlDeviceGetTotalEccErrors(const struct card *card, int kind, int counter, unsigned long long *to)
{
    unsigned int found = 0;
    int code = kind == 1 && counter <= 1 ? number(card, card->uncorrected, &found) : NOT_FOUND;
    *to = found;
    return code;
}

int nvmlDeviceGetRemappedRows(const struct card *card, unsigned int *corrected, unsigned int *uncorrected,
                              unsigned int *pending, unsigned int *failed)
{
    int code = number(card, card->remap_pending, pending);
    *corrected = *uncorrected = 0;
    return code ? code : number(card, card->remap_failed, failed);
}

struct field {
    unsigned int id, scope;
    long long timestamp, latency;
    int type, code;
    union {
        double d;
        unsigned int ui;
        unsigned long long ull;
    } value;
};

/* For how long a card was slowed down, in nanoseconds; NULL for another field. */
static const unsigned long long *slowed_ns(const struct card *card, unsigned int field)
{
    switch (field) {
    case 74:
        return &card->capped_ns;
    case 269:
        return &card->driver_heat_ns;
    case 270:
        return &card->heat_ns;
    case 271:
        return &card->brake_ns;
    default:
        return NULL;
    }
}

int nvmlDeviceGetFieldValues(const struct card *card, int count, struct field *fields)
{
    int code = asked(card);
    for (int i = 0; !code && i < count; i++) {
        unsigned int found = 0;
        const unsigned long long *slowed = slowed_ns(card, fields[i].id);
        if (slowed) {
            fields[i].type = 3; /* NVML_VALUE_TYPE_UNSIGNED_LONG_LONG */
            fields[i].code = SUCCESS;
            fields[i].value.ull = *slowed;
            continue;
        }
        int value = fields[i].id == 82 ? card->memory_temperature : fields[i].id == 230 ? card->recovery : ABSENT;
        fields[i].code = number(card, value, &found);
        fields[i].type = 1; /* NVML_VALUE_TYPE_UNSIGNED_INT: the upper half is not written */
        fields[i].value.ull = 0xffffffff00000000ULL | found;
    }
    return code;
}
