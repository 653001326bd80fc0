#include "mettle/inference/onnx/session.hpp"

#include "mettle/base/log.hpp"
#include "mettle/inference/onnx/custom_ops.hpp"
#include "mettle/inference/onnx/model_cache.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace mettle::onnx {

namespace {

namespace fs = std::filesystem;

// One thread a run and no spinning: cores belong to whoever has work, and the runtime's own idea of
// how many there are ignores containers' limits.
std::optional<std::string> configure(OrtSessionOptions* session, const Options& options) {
    const OrtApi& ort = api();
    if (auto failure = message_of(ort.SetIntraOpNumThreads(session, options.intra_op_threads)))
        return failure;
    if (auto failure = message_of(ort.SetInterOpNumThreads(session, 1))) return failure;
    if (auto failure = message_of(ort.SetSessionExecutionMode(session, ORT_SEQUENTIAL)))
        return failure;
    const auto level = static_cast<GraphOptimizationLevel>(options.graph_optimization_level);
    if (auto failure = message_of(ort.SetSessionGraphOptimizationLevel(session, level)))
        return failure;
    for (const auto& [key, value] : {std::pair{"session.intra_op.allow_spinning", "0"},
                                     std::pair{"session.set_denormal_as_zero", "1"},
                                     std::pair{"session.use_env_allocators", "1"}}) {
        if (auto failure = message_of(ort.AddSessionConfigEntry(session, key, value)))
            return failure;
    }
    for (const fs::path& library : options.custom_ops) {
        if (auto opened = open_custom_ops(library); !opened) return opened.error().message;
        if (auto failure =
                message_of(ort.RegisterCustomOpsLibrary_V2(session, fs::absolute(library).c_str())))
            return failure;
    }
    return std::nullopt;
}

using Session = std::unique_ptr<OrtSession, Release>;

std::expected<Session, std::string> open(const fs::path& file, OrtSessionOptions* options) {
    OrtSession* session = nullptr;
    if (auto failure =
            message_of(api().CreateSession(environment(), file.c_str(), options, &session)))
        return std::unexpected(*std::move(failure));
    return Session(session);
}

// An entry of the cache is what the runtime made of the graph, and nothing is left to optimise.
// One that can't be read (another process has cut it off, a disk was full) is made again.
std::expected<Session, std::string> make_session(const fs::path& file, OrtSessionOptions* session,
                                                 const Options& options,
                                                 const std::string& providers) {
    // What other providers make of a graph is theirs, and may not be written down.
    const bool only_cpu = providers == "cpu";
    const ModelCache cache(only_cpu ? options.cache_folder : fs::path());
    std::string settings = fmt::format("level {}", options.graph_optimization_level);
    for (const fs::path& library : options.custom_ops) settings += " " + library.string();
    const auto entry = cache.entry_for(file, settings);
    if (!entry) return open(file, session);
    std::error_code error;
    const auto level = static_cast<GraphOptimizationLevel>(options.graph_optimization_level);
    if (fs::exists(*entry, error)) {
        (void)message_of(api().SetSessionGraphOptimizationLevel(session, ORT_DISABLE_ALL));
        if (auto opened = open(*entry, session)) return opened;
        fs::remove(*entry, error);
        (void)message_of(api().SetSessionGraphOptimizationLevel(session, level));
    }
    const fs::path draft = ModelCache::draft_of(*entry);
    if (message_of(api().SetOptimizedModelFilePath(session, draft.c_str())))
        return open(file, session);
    auto opened = open(file, session);
    if (opened)
        cache.keep(draft, *entry);
    else
        fs::remove(draft, error);
    return opened;
}

std::string why_refused(const std::string& failure) {
    if (failure.contains("Protobuf") || failure.contains("protobuf") ||
        failure.contains("INVALID_PROTOBUF"))
        return "it is not an ONNX model, or it is cut off";
    if (failure.contains("is not a registered function/op"))
        return failure +
               "; where a library brings that operator, name it with --custom-ops, or as "
               "custom_ops "
               "in mettle.yaml";
    if (failure.contains("fallback to CPU EP has been explicitly disabled"))
        return "some of its nodes can't run on the execution providers that are listed; add cpu "
               "behind them to let it take the rest";
    return failure;
}

std::string names_of(const std::vector<ProviderChoice>& choices) {
    std::vector<std::string> names;
    for (const ProviderChoice& choice : choices) names.push_back(choice.name);
    return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace

Result<OpenedSession> open_session(const fs::path& file, const Options& options) {
    std::vector<ProviderChoice> choices = options.providers;
    if (choices.empty()) choices = {{"cpu"}};
    while (true) {
        OrtSessionOptions* raw = nullptr;
        if (auto failure = message_of(api().CreateSessionOptions(&raw)))
            return fail(Error::Kind::internal, *failure);
        const std::unique_ptr<OrtSessionOptions, Release> session_options(raw);
        if (auto failure = configure(raw, options))
            return fail(Error::Kind::invalid_input, *failure);
        if (auto added = add_providers(raw, choices, options.provider_libraries); !added)
            return std::unexpected(added.error());
        const std::string providers = names_of(choices);
        auto session = make_session(file, raw, options, providers);
        if (session) return OpenedSession{*std::move(session), providers};
        const std::string why = why_refused(session.error());
        if (choices.size() == 1) return fail(Error::Kind::invalid_input, why);
        log::warning(fmt::format("{}: going on without execution provider '{}': {}", file.string(),
                                 choices.front().name, why));
        choices.erase(choices.begin());
    }
}

}  // namespace mettle::onnx
