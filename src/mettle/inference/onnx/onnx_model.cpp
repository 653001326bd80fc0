#include "mettle/inference/onnx/onnx_model.hpp"

#include "mettle/inference/onnx/onnx_slab.hpp"
#include "mettle/inference/onnx/session.hpp"
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
    OnnxModel(OpenedSession opened, GraphSignature graph)
        : session_(std::move(opened.session)),
          devices_(std::move(opened.providers)),
          graph_(std::move(graph)) {
        for (const TensorSpec& spec : graph_.signature.outputs)
            output_names_.push_back(spec.name.c_str());
        check_what_is_foreseen();
    }

    const Signature& signature() const override { return graph_.signature; }
    std::string_view platform() const override { return "onnxruntime_onnx"; }
    std::string devices() const override { return devices_; }
    std::unique_ptr<Slab> make_slab() override { return std::make_unique<OnnxSlab>(graph_); }

    Result<void> run(Slab& slab, const RunToken* token) override {
        if (token && token->cancelled())
            return fail(Error::Kind::cancelled, "nobody waits for this answer any more");
        auto& own = static_cast<OnnxSlab&>(slab);
        if (auto prepared = own.prepare(); !prepared) return prepared;
        const Terminator terminator(*own.run_options, token);
        if (auto failure = message_of(api().Run(session_.get(), own.run_options.get(),
                                                own.input_names.data(), own.input_values.data(),
                                                own.input_names.size(), output_names_.data(),
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
            if (ran) learn_from(slab, rows);
            for (std::size_t index = 0; index < graph_.foreseen.size(); ++index) {
                if (!ran || !foreseen[index] || expected(index, shapes) != slab.output(index).shape)
                    graph_.foreseen[index].reset();
            }
        }
    }

    // Maps say only when there are some how many classes they have. And some exporters
    // (onnxmltools) write down that there is one label, where there is one for each row.
    void learn_from(const OnnxSlab& slab, std::int64_t rows) {
        for (std::size_t index = 0; index < graph_.is_maps.size(); ++index) {
            TensorSpec& spec = graph_.signature.outputs[index];
            const Shape given = slab.output(index).shape;
            if (given.rank() > 0 && given.rank() == spec.shape.rank() && given[0] == rows &&
                spec.shape[0] == 1 && rows > 1)
                spec.shape[0] = -1;
            if (!graph_.is_maps[index]) continue;
            spec.labels = slab.classes(index);
            spec.shape = {-1, static_cast<std::int64_t>(spec.labels.size())};
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
    std::string devices_;
    GraphSignature graph_;
    std::vector<const char*> output_names_;
};

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

}  // namespace

Result<std::unique_ptr<Model>> load(const fs::path& file, const Options& options) {
    const auto cannot = [&file](std::string_view why) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("can't load {}: {}", file.string(), why));
    };
    if (const auto why = why_unreadable(file)) return cannot(*why);
    auto opened = open_session(file, options);
    if (!opened) return cannot(opened.error().message);
    auto graph = read_signature(*opened->session);
    if (!graph) return cannot(graph.error().message);
    return std::make_unique<OnnxModel>(*std::move(opened), *std::move(graph));
}

std::string runtime_version() {
    return api_base().GetVersionString();
}

void start_runtime() {
    (void)environment();
}

}  // namespace mettle::onnx
