#include "mettle/cli/openai_tasks.hpp"

#include "mettle/base/units.hpp"
#include "mettle/cli/startup_errors.hpp"
#include "mettle/protocols/openai/program.hpp"
#include "mettle/protocols/openai/requests.hpp"

#include <fmt/format.h>

namespace mettle::cli {

namespace {

constexpr std::int64_t kMostTokens = 1'000'000;
constexpr std::uint64_t kPrompts = 32;

}  // namespace

void add_generation_flags(Flags& flags, GenerationOptions& options) {
    const char* group = "What to send";
    flags
        .add(
            "--prompt-tokens",
            [&options](const std::string& text) -> Result<void> {
                auto law = payload::SizeLaw::parse(text, 1);
                if (!law) return std::unexpected(law.error());
                const bool bounded = law->most() < payload::SizeLaw::kMost;
                if (bounded && law->most() > kMostTokens)
                    return fail(Error::Kind::invalid_input,
                                fmt::format("'{}' is beyond {} tokens", text, kMostTokens));
                options.prompt_tokens = std::move(*law);
                return {};
            },
            "OpenAI: about how long prompts are: 64, 16..512, lognormal(p50=64,p99=512)", "64")
        ->group(group);
    flags
        .add(
            "--max-tokens",
            [&options](const std::string& text) -> Result<void> {
                const auto number = parse_number(text);
                if (!number || *number < 1 || *number > static_cast<double>(kMostTokens) ||
                    *number != static_cast<double>(static_cast<std::int64_t>(*number)))
                    return fail(
                        Error::Kind::invalid_input,
                        fmt::format("'{}' is not a whole number from 1 to {}", text, kMostTokens));
                options.max_tokens = static_cast<std::int64_t>(*number);
                return {};
            },
            "OpenAI: the longest answer", "the server's")
        ->group(group);
    flags.app()
        .add_option("--prompts", options.prompts,
                    "OpenAI: .jsonl or .csv with \"prompt\", \"messages\", \"input\" or \"text\"")
        ->group(group);
    flags.app()
        .add_flag("--stream", options.stream,
                  "OpenAI: answers as streams, with time to the first token and between tokens")
        ->group(group);
}

void make_openai_requests(const LoadOptions& options, LoadRequests& requests) {
    namespace openai = protocols::openai;
    const protocols::Target& target = requests.target;
    openai::Generation generation;
    generation.endpoint = target.version;
    generation.model = target.model.name;
    generation.path = target.url.target;
    generation.headers = options.headers;
    generation.prompt_tokens = options.generation.prompt_tokens;
    generation.max_tokens = options.generation.max_tokens;
    generation.stream = options.generation.stream && target.version != "embeddings";
    generation.count = options.payloads.count.value_or(kPrompts);
    generation.seed = options.seed;
    generation.prompts = options.generation.prompts;
    requests.tasks.push_back(value_or_throw(openai::make_task(generation)));
    const protocols::Task& task = requests.tasks.front();
    openai::ProgramSetup setup;
    setup.tasks = {
        {task.name, task.method, task.weight, static_cast<std::uint32_t>(task.requests.size())}};
    setup.stream = generation.stream;
    setup.wait = options.wait;
    setup.seed = options.seed;
    requests.names = std::make_shared<load::Names>();
    requests.names->add_task({task.name, task.method});
    requests.program = openai::make_program(setup, *requests.names);
}

}  // namespace mettle::cli
