#include "mettle/inference/model_config_parts.hpp"

#include <algorithm>

namespace mettle {

namespace {

constexpr std::int64_t kMostMicroseconds = std::int64_t{3600} * 1'000'000;

void read_microseconds(YamlReader& reader, const YamlNode* node, std::string_view what,
                       Duration& target) {
    if (!node) return;
    if (const auto value = reader.whole(*node, what, 0, kMostMicroseconds))
        target = std::chrono::microseconds(*value);
}

QueuePolicy read_queue_policy(YamlReader& reader, const YamlNode& node) {
    QueuePolicy policy;
    KeyReader keys(reader, node, "a queue policy");
    if (const YamlNode* action = keys.take("timeout_action")) {
        // In JSON and YAML an enum may be its number.
        if (const auto choice =
                reader.choice(*action, "timeout_action", {"REJECT", "DELAY", "0", "1"}))
            policy.timeout_action = *choice % 2 == 1 ? QueuePolicy::TimeoutAction::delay
                                                     : QueuePolicy::TimeoutAction::refuse;
    }
    read_microseconds(reader, keys.take("default_timeout_microseconds"),
                      "default_timeout_microseconds", policy.default_timeout);
    if (const YamlNode* allow = keys.take("allow_timeout_override"))
        policy.allow_timeout_override = reader.truth(*allow, "allow_timeout_override");
    if (const YamlNode* size = keys.take("max_queue_size"))
        policy.max_queue_size = static_cast<std::size_t>(
            reader.whole(*size, "max_queue_size", 0, 1'000'000).value_or(0));
    keys.finish();
    return policy;
}

void read_priorities(YamlReader& reader, KeyReader& keys, BatchKnobs& knobs) {
    constexpr std::int64_t kMost = 1'000;
    if (const YamlNode* levels = keys.take("priority_levels"))
        knobs.priority_levels = static_cast<std::uint64_t>(
            reader.whole(*levels, "priority_levels", 0, kMost).value_or(0));
    const auto most = static_cast<std::int64_t>(knobs.priority_levels);
    const YamlNode* level = keys.take("default_priority_level");
    if (level && most == 0) {
        reader.wrong(*level, "default_priority_level needs priority_levels above 0");
    } else if (level) {
        knobs.default_priority = static_cast<std::uint64_t>(
            reader.whole(*level, "default_priority_level", 1, most).value_or(1));
    }
    if (const YamlNode* policies = keys.take("priority_queue_policy")) {
        for (const auto& [key, policy] : map_entries(reader, *policies, "priority_queue_policy")) {
            const auto priority = parse_number(key);
            if (!priority || *priority < 1 || *priority > static_cast<double>(most)) {
                reader.wrong(*policy,
                             "priority_queue_policy's keys are levels from 1 to "
                             "priority_levels, and '" +
                                 key + "' is none");
                continue;
            }
            knobs.priority_policies[static_cast<std::uint64_t>(*priority)] =
                read_queue_policy(reader, *policy);
        }
    }
}

}  // namespace

void read_dynamic_batching(YamlReader& reader, const YamlNode& node, BatchKnobs& knobs) {
    KeyReader keys(reader, node, "dynamic_batching");
    if (const YamlNode* sizes = keys.take("preferred_batch_size")) {
        for (const YamlNode& size : items_of(*sizes)) {
            if (const auto rows = reader.whole(size, "preferred_batch_size", 1, 65'536))
                knobs.preferred_rows.push_back(*rows);
        }
        std::ranges::sort(knobs.preferred_rows);
    }
    read_microseconds(reader, keys.take("max_queue_delay_microseconds"),
                      "max_queue_delay_microseconds", knobs.max_queue_delay);
    if (const YamlNode* preserve = keys.take("preserve_ordering"))
        knobs.preserve_ordering = reader.truth(*preserve, "preserve_ordering");
    if (const YamlNode* policy = keys.take("default_queue_policy"))
        knobs.default_policy = read_queue_policy(reader, *policy);
    read_priorities(reader, keys, knobs);
    keys.finish();
}

}  // namespace mettle
