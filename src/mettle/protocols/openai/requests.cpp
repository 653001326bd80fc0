#include "mettle/protocols/openai/requests.hpp"

#include "mettle/payload/data_file.hpp"
#include "mettle/base/random.hpp"
#include "mettle/protocols/openai/stream_meter.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mettle::protocols::openai {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostBytes = std::size_t{256} << 20;  // Of all bodies together.

constexpr std::string_view kWords[] = {
    "the",   "time",  "water", "light", "people", "house", "city",  "river", "small", "green",
    "table", "paper", "music", "story", "young",  "great", "three", "world", "place", "night",
    "read",  "write", "think", "find",  "begin",  "under", "after", "where", "which", "there",
    "sound", "point", "learn", "plant", "cover",  "field", "stand", "every", "color", "voice",
    "power", "clear", "north", "early", "round",  "group", "money", "short", "black", "white",
    "horse", "birds", "ships", "rock",  "order",  "fire",  "south", "piece", "whole", "king",
    "space", "hours", "best",  "better"};

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

// One prompt: text, or the messages of a chat.
using Prompt = ordered_json;

Result<Prompt> prompt_of(const payload::DataRow& row, const std::string& file) {
    for (const char* name : {"messages", "prompt", "input", "text"}) {
        const payload::DataField* field = row.field(name);
        if (!field) continue;
        if (!field->is_json) return Prompt(field->value);
        return Prompt::parse(field->value);
    }
    return invalid(
        fmt::format("{}:{}: it has neither \"messages\" nor \"prompt\", \"input\" or "
                    "\"text\"",
                    file, row.line));
}

Result<std::vector<Prompt>> read_prompts(const Generation& generation) {
    const auto rows = payload::read_data_file(generation.prompts);
    if (!rows) return std::unexpected(rows.error());
    std::vector<Prompt> prompts;
    for (const payload::DataRow& row : *rows) {
        auto prompt = prompt_of(row, generation.prompts);
        if (!prompt) return std::unexpected(prompt.error());
        const bool chat = generation.endpoint == "chat/completions";
        if (!prompt->is_string() && !(prompt->is_array() && !prompt->empty()))
            return invalid(
                fmt::format("{}:{}: a prompt is a text or a list", generation.prompts, row.line));
        if (!chat && row.field("messages"))
            return invalid(fmt::format("{}:{}: messages are for chat/completions, and this is {}",
                                       generation.prompts, row.line, generation.endpoint));
        prompts.push_back(std::move(*prompt));
    }
    return prompts;
}

std::vector<Prompt> make_prompts(const Generation& generation) {
    std::vector<Prompt> prompts;
    for (std::uint64_t index = 0; index < generation.count; ++index) {
        const auto tokens = generation.prompt_tokens.at(generation.seed, index);
        prompts.emplace_back(make_prompt(tokens, generation.seed, index));
    }
    return prompts;
}

std::string body_of(const Generation& generation, const Prompt& prompt) {
    ordered_json body = {{"model", generation.model}};
    if (generation.endpoint == "embeddings") {
        body["input"] = prompt;
        return body.dump();
    }
    if (generation.endpoint == "completions")
        body["prompt"] = prompt;
    else if (prompt.is_array())
        body["messages"] = prompt;
    else
        body["messages"] = ordered_json::array({{{"role", "user"}, {"content", prompt}}});
    if (generation.max_tokens) body["max_tokens"] = *generation.max_tokens;
    if (generation.stream) {
        body["stream"] = true;
        body["stream_options"] = {{"include_usage", true}};
    }
    return body.dump();
}

class AnswerShape final : public AnswerCheck {
public:
    std::optional<Flaw> judge(const Answer& answer) const override {
        Usage usage;
        const std::string_view flaw = AnswerReader().read(answer.body, usage);
        if (flaw.empty()) return {};
        return Flaw{load::Outcome::validation, std::string(flaw)};
    }
};

}  // namespace

std::string make_prompt(std::int64_t tokens, std::uint64_t seed, std::uint64_t index) {
    RandomStream random(mix(seed) ^ index);
    std::string prompt;
    for (std::int64_t count = 0; count < tokens; ++count) {
        if (count > 0) prompt += ' ';
        prompt += kWords[random.below(std::size(kWords))];
    }
    return prompt;
}

Result<Task> make_task(const Generation& generation) {
    auto prompts = generation.prompts.empty()
                       ? Result<std::vector<Prompt>>(make_prompts(generation))
                       : read_prompts(generation);
    if (!prompts) return std::unexpected(prompts.error());
    const bool check = !generation.stream || generation.endpoint == "embeddings";
    const auto shape = check ? std::make_shared<const AnswerShape>() : nullptr;
    Task task{generation.model, "POST", 1, {}};
    task.program_judges = true;
    std::size_t bytes = 0;
    for (const Prompt& prompt : *prompts) {
        http::ClientRequest request{"POST", generation.path, generation.headers,
                                    body_of(generation, prompt)};
        request.headers.emplace_back("Content-Type", "application/json");
        if (generation.stream) request.headers.emplace_back("Accept", "text/event-stream");
        bytes += request.body.size();
        if (!task.requests.empty() && bytes > kMostBytes) break;
        std::string id = payload_id(task.name, task.requests.size(), generation.seed, request.body);
        task.requests.push_back({std::move(request), shape, std::move(id)});
    }
    return task;
}

}  // namespace mettle::protocols::openai
