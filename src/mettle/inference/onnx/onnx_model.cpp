#include "mettle/inference/onnx/onnx_model.hpp"

#include "mettle/inference/onnx/custom_ops.hpp"
#include "mettle/inference/onnx/model_cache.hpp"
#include "mettle/inference/onnx/onnx_slab.hpp"
#include "mettle/inference/sample_inputs.hpp"

#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <vector>

namespace mettle::onnx {

namespace {

namespace fs = std::filesystem;

constexpr int kFatalOnly = ORT_LOGGING_LEVEL_FATAL;

// Ends a run between two of its nodes once nobody wants it, and leaves the options as they were.
class Terminator {
public:
    Terminator(OrtRunOptions& options, const RunToken* token) : options_(options) {
        if (token) on_stop_.emplace(token->stop_token(), Stop{*this});
    }
    ~Terminator() {
        on_stop_.reset();  // Waits for another thread that is just stopping it.
        if (stopped_) message_of(api().RunOptionsUnsetTerminate(&options_));
    }
    Terminator(Terminator&&) = delete;

private:
    struct Stop {
        Terminator& its;
        void operator()() const noexcept {
            its.stopped_ = true;
            message_of(api().RunOptionsSetTerminate(&its.options_));
        }
    };
    OrtRunOptions& options_;
    bool stopped_ = false;
    std::optional<std::stop_callback<Stop>> on_stop_;
};

class OnnxModel final : public Model {
public:
    OnnxModel(std::unique_ptr<OrtSession, Release> session, GraphSignature graph)
        : session_(std::move(session)), graph_(std::move(graph)) {
        for (const TensorSpec& spec : graph_.signature.inputs)
            input_names_.push_back(spec.name.c_str());
        for (const TensorSpec& spec : graph_.signature.outputs)
            output_names_.push_back(spec.name.c_str());
        check_what_is_foreseen();
    }

    const Signature& signature() const override { return graph_.signature; }
    std::string_view platform() const override { return "onnxruntime_onnx"; }
    std::unique_ptr<Slab> make_slab() override { return std::make_unique<OnnxSlab>(graph_); }

    Result<void> run(Slab& slab, const RunToken* token) override {
        if (token && token->cancelled())
            return fail(Error::Kind::cancelled, "nobody waits for this answer any more");
        auto& own = static_cast<OnnxSlab&>(slab);
        if (auto prepared = own.prepare(); !prepared) return prepared;
        const Terminator terminator(*own.run_options, token);
        if (auto failure = message_of(api().Run(session_.get(), own.run_options.get(),
                                                input_names_.data(), own.input_values.data(),
                                                input_names_.size(), output_names_.data(),
                                                output_names_.size(), own.output_values.data()))) {
            if (token && token->cancelled())
                return fail(Error::Kind::cancelled, "nobody waits for this answer any more");
            return fail(Error::Kind::internal, fmt::format("the model failed: {}", *failure));
        }
        return own.collect();
    }

private:
    // Runs with 1 and with 3 rows, letting the runtime make the outputs, and gives up foreseeing
    // those whose shapes come out otherwise.
    void check_what_is_foreseen() {
        for (const std::int64_t rows : {1, 3}) {
            OnnxSlab slab(graph_);
            // Some can't take zeros, or three rows; that is no error worth a line in the log.
            (void)message_of(
                api().RunOptionsSetRunLogSeverityLevel(slab.run_options.get(), kFatalOnly));
            std::vector<bool> foreseen;
            for (std::size_t index = 0; index < graph_.foreseen.size(); ++index) {
                foreseen.push_back(slab.foresees(index));
                slab.stop_foreseeing(index);
            }
            std::vector<Shape> shapes = fill_with_zeros(slab, graph_.signature, rows);
            const bool ran = run(slab, nullptr).has_value();
            for (std::size_t index = 0; index < graph_.foreseen.size(); ++index) {
                if (!ran || !foreseen[index] || expected(index, shapes) != slab.output(index).shape)
                    graph_.foreseen[index].reset();
            }
        }
    }

    Shape expected(std::size_t output, const std::vector<Shape>& inputs) const {
        Shape shape;
        for (const OutputDim& dim : *graph_.foreseen[output]) {
            shape.push_back(dim.source == OutputDim::Source::fixed ? dim.size
                                                                   : inputs[dim.input][dim.axis]);
        }
        return shape;
    }

    std::unique_ptr<OrtSession, Release> session_;
    GraphSignature graph_;
    std::vector<const char*> input_names_;
    std::vector<const char*> output_names_;
};

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
                                                 const Options& options) {
    const ModelCache cache(options.cache_folder);
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

// The runtime's own message for a text file is about protobuf; say what a person would.
std::optional<std::string> why_unreadable(const fs::path& file) {
    std::error_code error;
    if (!fs::exists(file, error)) return "no such file";
    if (!fs::is_regular_file(file, error)) return "not a file";
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return std::strerror(errno);
    if (stream.peek() == std::ifstream::traits_type::eof()) return "the file is empty";
    return std::nullopt;
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
    return failure;
}

}  // namespace

Result<std::unique_ptr<Model>> load(const fs::path& file, const Options& options) {
    const auto cannot = [&file](std::string_view why) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("can't load {}: {}", file.string(), why));
    };
    if (const auto why = why_unreadable(file)) return cannot(*why);
    OrtSessionOptions* raw_options = nullptr;
    if (auto failure = message_of(api().CreateSessionOptions(&raw_options)))
        return cannot(*failure);
    const std::unique_ptr<OrtSessionOptions, Release> session_options(raw_options);
    if (auto failure = configure(raw_options, options)) return cannot(*failure);
    auto session = make_session(file, raw_options, options);
    if (!session) return cannot(why_refused(session.error()));
    auto graph = read_signature(**session);
    if (!graph) return cannot(graph.error().message);
    return std::make_unique<OnnxModel>(*std::move(session), *std::move(graph));
}

std::string runtime_version() {
    return OrtGetApiBase()->GetVersionString();
}

void start_runtime() {
    (void)environment();
}

}  // namespace mettle::onnx
