#include "mettle/load/arrival_law.hpp"
#include "mettle/scenario/read_context.hpp"

#include <fmt/format.h>

namespace mettle::scenario {

namespace {

constexpr std::int64_t kMostUsers = 1'000'000;
constexpr double kMostValue = 1e7;
constexpr std::size_t kMostStages = 1'000;

// A list of stages: {duration, users | rate, name}, {sine: ...}, {spike: ...}.
class StagesReader {
public:
    explicit StagesReader(ReadContext& context) : context_(context) {}

    void read(const YamlNode& node) {
        LoadSpec& load = context_.scenario.load;
        load.stages_place = node.place;
        if (node.items.empty() || node.items.size() > kMostStages)
            return context_.wrong(node, "stages is a list of 1 to 1,000 stages");
        for (const YamlNode& item : node.items) read_stage(item);
        if (shape_.length() == Duration::zero())
            context_.wrong(node, "all stages together have no length");
        load.stages = shape_;
        load.stages_are_rates = rates_;
    }

private:
    void read_stage(const YamlNode& node) {
        KeyReader keys(context_, node, "a stage");
        const YamlEntry* kind = keys.take_one({"users", "rate", "sine", "spike"});
        const YamlNode* duration = keys.take("duration");
        const YamlNode* name = keys.take("name");
        const YamlNode* jump = keys.take("jump");
        keys.finish();
        if (!node.is_map()) return;
        if (kind && (kind->key == "sine" || kind->key == "spike")) {
            if (name) shape_.name(context_.text(*name, "name"));
            return kind->key == "sine" ? read_sine(*kind) : read_spike(*kind);
        }
        if (!duration)
            return context_.wrong(node, "a stage without a duration never ends: give one");
        const auto length = context_.duration(*duration, "duration");
        const double value = kind ? read_value(*kind) : last_;
        const bool flat = value == last_ || (jump && context_.truth(*jump, "jump"));
        const std::string_view unit = rates_ ? "rps" : "users";
        shape_.name(name   ? context_.text(*name, "name")
                    : flat ? fmt::format("{} {}", value, unit)
                           : fmt::format("{} to {} {}", last_, value, unit));
        if (flat) shape_.line_to(value, Duration::zero());
        shape_.line_to(value, length.value_or(std::chrono::seconds(1)));
        last_ = value;
    }

    double read_value(const YamlEntry& entry) {
        const bool rate = entry.key == "rate";
        if (known_ && rate != rates_)
            context_.mistakes.add(entry.place, "stages are all of users or all of rates");
        known_ = true;
        rates_ = rate;
        return context_.number(entry.value, entry.key, 0, kMostValue).value_or(0);
    }

    // The key that says of what: users or rate.
    double read_inner(KeyReader& keys, const YamlNode& node) {
        const YamlEntry* kind = keys.take_one({"users", "rate"});
        if (kind) return read_value(*kind);
        context_.wrong(node, "it needs 'users' or 'rate'");
        return 0;
    }

    void read_sine(const YamlEntry& entry) {
        KeyReader keys(context_, entry.value, "sine");
        const double mean = read_inner(keys, entry.value);
        const YamlNode* amplitude = keys.take("amplitude");
        const YamlNode* period = keys.take("period");
        const YamlNode* duration = keys.take("duration");
        keys.finish();
        if (!entry.value.is_map()) return;
        if (!amplitude || !period || !duration)
            return context_.wrong(entry.value, "sine needs amplitude, period and duration");
        const double swing = context_.number(*amplitude, "amplitude", 0, mean).value_or(0);
        const auto length = context_.duration(*duration, "duration");
        const auto one = context_.duration(*period, "period");
        if (!length || !one) return;
        if (*one == Duration::zero() || *one * 10'000 < *length)
            return context_.wrong(*period, "a duration has at most 10,000 periods");
        shape_.sine(mean, swing, *one, *length);
        last_ = shape_.value_at(shape_.length());
    }

    void read_spike(const YamlEntry& entry) {
        KeyReader keys(context_, entry.value, "spike");
        const double value = read_inner(keys, entry.value);
        const YamlNode* duration = keys.take("duration");
        keys.finish();
        if (!entry.value.is_map()) return;
        if (!duration) return context_.wrong(entry.value, "a spike needs a duration");
        const auto length = context_.duration(*duration, "duration");
        shape_.line_to(value, Duration::zero());
        shape_.line_to(value, length.value_or(std::chrono::seconds(1)));
        shape_.line_to(last_, Duration::zero());
    }

    ReadContext& context_;
    load::LoadShape shape_;
    bool known_ = false, rates_ = false;
    double last_ = 0;
};

void read_stages(ReadContext& context, const YamlNode& node) {
    if (node.is_list()) return StagesReader(context).read(node);
    LoadSpec& load = context.scenario.load;
    load.stages_place = node.place;
    auto shape = load::parse_stages(context.text(node, "stages"), "users");
    if (shape)
        load.stages = std::move(*shape);
    else if (node.is_scalar())
        context.wrong(node, shape.error().message);
}

template <typename T, typename U>
void set(std::optional<T>& target, const std::optional<U>& value) {
    if (value) target = static_cast<T>(*value);
}

}  // namespace

void read_load(ReadContext& context, const YamlNode& node) {
    KeyReader keys(context, node, "load");
    LoadSpec& load = context.scenario.load;
    const YamlEntry* kind = keys.take_one({"users", "rate"});
    if (kind && kind->key == "users")
        set(load.users, context.whole(kind->value, "users", 1, kMostUsers));
    if (kind && kind->key == "rate") set(load.rate, context.rate(kind->value, "rate"));
    if (const YamlNode* spawn = keys.take("spawn_rate")) {
        set(load.spawn_rate, context.rate(*spawn, "spawn_rate"));
        if (load.rate) context.wrong(*spawn, "spawn_rate is about users, and a rate has none");
    }
    if (const YamlNode* law = keys.take("arrivals")) {
        const auto parsed = load::parse_arrival_law(context.text(*law, "arrivals"));
        if (parsed)
            load.law = *parsed;
        else
            context.wrong(*law, parsed.error().message);
    }
    if (const YamlNode* stages = keys.take("stages")) {
        read_stages(context, *stages);
        if (load.law && load.law->has_bursts())
            context.wrong(*stages, "bursts have a rate of their own, and so have stages");
        if (kind)
            context.wrong(*stages, fmt::format("'{}' and 'stages' exclude each other", kind->key));
    }
    if (const YamlNode* time = keys.take("run_time")) {
        load.run_time = context.duration(*time, "run_time");
        if (load.run_time == Duration::zero()) context.wrong(*time, "run_time is above 0");
    }
    if (const YamlNode* iterations = keys.take("iterations"))
        set(load.iterations, context.whole(*iterations, "iterations", 1, INT64_C(1) << 52));
    if (const YamlNode* timeout = keys.take("timeout")) {
        load.timeout = context.duration(*timeout, "timeout");
        if (load.timeout == Duration::zero()) context.wrong(*timeout, "a timeout is above 0");
    }
    if (const YamlNode* timeout = keys.take("stop_timeout"))
        load.stop_timeout = context.duration(*timeout, "stop_timeout");
    if (const YamlNode* reset = keys.take("reset_stats"))
        load.reset_stats = context.truth(*reset, "reset_stats");
    keys.finish();
}

}  // namespace mettle::scenario
