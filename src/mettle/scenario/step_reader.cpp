#include "mettle/base/similar.hpp"
#include "mettle/scenario/read_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace mettle::scenario {

namespace {

constexpr auto kVerbs =
    std::to_array<std::string_view>({"get", "post", "put", "patch", "delete", "head", "options"});
constexpr auto kOthers = std::to_array<std::string_view>(
    {"wait", "set", "set_headers", "if", "repeat", "for_each", "group", "metric", "log", "fail",
     "stop_user", "interrupt", "ws_open", "ws_say", "ws_close"});
constexpr std::int64_t kMostRounds = 1'000'000;
constexpr std::int64_t kUsualRounds = 100;

bool is_verb(std::string_view key) {
    return std::ranges::find(kVerbs, key) != kVerbs.end();
}
bool is_kind(std::string_view key) {
    return is_verb(key) || std::ranges::find(kOthers, key) != kOthers.end();
}

std::string all_kinds() {
    return fmt::format("{}, {}", fmt::join(kVerbs, ", "), fmt::join(kOthers, ", "));
}

class StepReader {
public:
    StepReader(ReadContext& context, bool in_nested_set)
        : context_(context), in_nested_set_(in_nested_set) {}

    Steps read_list(const YamlNode& node) {
        Steps steps;
        if (node.is_null()) return steps;
        if (!node.is_list()) {
            // A single step needs no list.
            read_into(steps, node);
            return steps;
        }
        for (const YamlNode& item : node.items) read_into(steps, item);
        return steps;
    }

private:
    void read_into(Steps& steps, const YamlNode& node) {
        Step step{node.place, WaitStep{}};
        const bool read = node.is_scalar() ? read_short(step, node)
                          : node.is_map()  ? read_map(step, node)
                                           : false;
        if (read)
            steps.push_back(std::move(step));
        else if (!node.is_scalar() && !node.is_map())
            context_.wrong(node, fmt::format("a step is a map or a text as 'get /path', not {}",
                                             node.kind_name()));
    }

    // "get /items", "wait 1s", "stop_user".
    bool read_short(Step& step, const YamlNode& node) {
        const auto blank = node.text.find(' ');
        std::string word = node.text.substr(0, blank);
        std::ranges::transform(word, word.begin(), [](unsigned char letter) {
            return static_cast<char>(std::tolower(letter));
        });
        YamlNode argument = node;
        argument.kind = blank == std::string::npos ? YamlNode::Kind::null : YamlNode::Kind::scalar;
        if (blank != std::string::npos) {
            const auto begin = std::min(node.text.find_first_not_of(' ', blank), node.text.size());
            argument.text = node.text.substr(begin);
            argument.place.column += static_cast<int>(begin);
        }
        const bool takes = is_verb(word) || word == "wait" || word == "log" || word == "fail" ||
                           word == "ws_open" || word == "ws_say";
        if (takes && argument.is_null()) {
            context_.wrong(node, fmt::format("'{}' needs something behind it, as '{} {}'", word,
                                             word, word == "wait" ? "1s" : "/path"));
            return false;
        }
        const bool alone = word == "stop_user" || word == "interrupt" || word == "ws_close";
        if (!takes && !(alone && argument.is_null())) {
            context_.wrong(node, unknown(word));
            return false;
        }
        YamlNode map;
        map.kind = YamlNode::Kind::map;
        map.place = node.place;
        map.entries.push_back({word, node.place, std::move(argument)});
        return read_map(step, map);
    }

    static std::string unknown(const std::string& word) {
        std::vector<std::string> kinds(kVerbs.begin(), kVerbs.end());
        kinds.insert(kinds.end(), kOthers.begin(), kOthers.end());
        const std::string similar = most_similar(word, kinds);
        return similar.empty()
                   ? fmt::format("there is no step '{}'; there are {}", word, all_kinds())
                   : fmt::format("there is no step '{}'; did you mean '{}'?", word, similar);
    }

    bool read_map(Step& step, const YamlNode& node) {
        const YamlEntry* kind = nullptr;
        for (const YamlEntry& entry : node.entries) {
            if (!is_kind(entry.key)) continue;
            if (kind) {
                context_.mistakes.add(
                    entry.place, fmt::format("'{}' and '{}' are two steps: begin each with a '-'",
                                             kind->key, entry.key));
                return false;
            }
            kind = &entry;
        }
        if (!kind) {
            const std::string key = node.entries.empty() ? "" : node.entries.front().key;
            context_.wrong(node, unknown(key));
            return false;
        }
        if (is_verb(kind->key)) {
            step.what = read_request(context_, node, *kind);
            return true;
        }
        if (kind->key.starts_with("ws_")) {
            step.what = read_socket_step(context_, node, *kind);
            return true;
        }
        KeyReader keys(context_, node, fmt::format("a step '{}'", kind->key));
        const YamlNode& value = *keys.take(kind->key);
        read_other(step, kind->key, value, keys);
        keys.finish();
        return true;
    }

    void read_other(Step& step, std::string_view kind, const YamlNode& value, KeyReader& keys) {
        if (kind == "wait") step.what = WaitStep{wait(value)};
        if (kind == "set") step.what = read_set(value);
        if (kind == "set_headers") step.what = SetHeadersStep{read_headers(context_, value)};
        if (kind == "if") step.what = read_if(value, keys);
        if (kind == "repeat") step.what = read_repeat(value, keys);
        if (kind == "for_each") step.what = read_for_each(value, keys);
        if (kind == "group")
            step.what = GroupStep{context_.text(value, "a group's name"), inner(keys)};
        if (kind == "metric") step.what = read_metric(value, keys);
        if (kind == "log") step.what = LogStep{context_.text_template(value, "log")};
        if (kind == "fail") step.what = FailStep{context_.text_template(value, "fail")};
        if (kind == "stop_user") step.what = StopUserStep{};
        if (kind == "interrupt") {
            step.what = InterruptStep{};
            if (!in_nested_set_)
                context_.mistakes.add(step.place,
                                      "interrupt leaves a nested set of tasks, and this is none");
        }
    }

    load::WaitTime wait(const YamlNode& node) {
        const auto time = context_.wait(node, "wait");
        using Kind = load::WaitTime::Kind;
        if (time && (time->kind == Kind::pacing || time->kind == Kind::throughput))
            context_.wrong(node, "pacing and throughput are waits between tasks, not within one");
        return time.value_or(load::WaitTime{});
    }

    Steps inner(KeyReader& keys) {
        const YamlNode* steps = keys.take("steps");
        return steps ? read_list(*steps) : Steps{};
    }

    SetStep read_set(const YamlNode& node) {
        SetStep set;
        if (!node.is_map()) {
            context_.wrong(
                node, fmt::format("set is a map of names and values, not {}", node.kind_name()));
            return set;
        }
        for (const YamlEntry& entry : node.entries) {
            if (!context_.variable_name(entry.key, entry.place)) continue;
            Template value = context_.value_template(entry.value, entry.key);
            set.values.emplace_back(context_.scenario.symbols.define(entry.key), std::move(value));
        }
        return set;
    }

    IfStep read_if(const YamlNode& node, KeyReader& keys) {
        IfStep step;
        step.condition = context_.formula(node, "if");
        if (const YamlNode* then = keys.take("then")) step.then = read_list(*then);
        if (const YamlNode* otherwise = keys.take("else")) step.otherwise = read_list(*otherwise);
        if (step.then.empty() && step.otherwise.empty())
            context_.wrong(node, "an if has steps under 'then', under 'else' or under both");
        return step;
    }

    RepeatStep read_repeat(const YamlNode& node, KeyReader& keys) {
        RepeatStep step;
        if (node.is_scalar()) {
            const auto times = context_.whole(node, "repeat", 1, kMostRounds);
            step.limit = static_cast<std::uint32_t>(times.value_or(1));
        } else {
            KeyReader how(context_, node, "repeat");
            const YamlNode* times = how.take("times");
            const YamlNode* until = how.take("until");
            const YamlNode* limit = how.take("limit");
            const YamlNode* every = how.take("every");
            how.finish();
            if ((times != nullptr) == (until != nullptr))
                context_.wrong(node, "repeat takes either 'times: 3' or 'until: EXPRESSION'");
            const YamlNode* rounds = times ? times : limit;
            step.limit = static_cast<std::uint32_t>(
                rounds ? context_.whole(*rounds, times ? "times" : "limit", 1, kMostRounds)
                             .value_or(kUsualRounds)
                       : kUsualRounds);
            if (times && limit) context_.wrong(*limit, "limit is about until; times is one itself");
            if (until) step.until = context_.formula(*until, "until");
            if (every) step.every = wait(*every);
        }
        step.steps = inner(keys);
        if (step.steps.empty()) context_.wrong(node, "repeat has no steps");
        return step;
    }

    ForEachStep read_for_each(const YamlNode& node, KeyReader& keys) {
        const std::string name = context_.text(node, "for_each");
        ForEachStep step;
        const auto& data = context_.scenario.data;
        const auto found = std::ranges::find(data, name, &DataSpec::name);
        if (found == data.end()) {
            std::vector<std::string> names;
            for (const DataSpec& each : data) names.push_back(each.name);
            context_.wrong(node,
                           fmt::format("there is no data '{}'; there is {}", name,
                                       names.empty() ? "none: name some under 'data' at the top"
                                                     : fmt::format("{}", fmt::join(names, ", "))));
        } else {
            step.data = static_cast<std::uint32_t>(found - data.begin());
        }
        step.steps = inner(keys);
        return step;
    }

    MetricStep read_metric(const YamlNode& node, KeyReader& keys) {
        MetricStep step;
        step.name = context_.text(node, "a metric's name");
        if (const YamlNode* kind = keys.take("kind")) {
            const std::string name = context_.text(*kind, "kind");
            if (name == "rate")
                step.kind = results::MetricKind::rate;
            else if (name == "trend")
                step.kind = results::MetricKind::trend;
            else if (name != "counter")
                context_.wrong(*kind,
                               fmt::format("a metric is a counter, rate or trend, not '{}'", name));
        }
        if (const YamlNode* unit = keys.take("unit")) step.unit = context_.text(*unit, "unit");
        context_.metrics.emplace_back(step.name, step.unit);
        const YamlNode* value = keys.take("value");
        step.value = value ? context_.formula(*value, "value") : Formula::of(Value::of(1.0));
        if (!value && step.kind != results::MetricKind::counter)
            context_.wrong(node, fmt::format("a {} needs a value", name_of(step.kind)));
        return step;
    }

    ReadContext& context_;
    bool in_nested_set_;
};

}  // namespace

bool is_step(const YamlNode& node) {
    return std::ranges::any_of(node.entries,
                               [](const YamlEntry& entry) { return is_kind(entry.key); });
}

Steps read_steps(ReadContext& context, const YamlNode& node, bool in_nested_set) {
    return StepReader(context, in_nested_set).read_list(node);
}

}  // namespace mettle::scenario
