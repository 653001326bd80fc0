#include "mettle/inference/transforms/transformed_model.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/base/base64.hpp"
#include "mettle/inference/transforms/scores.hpp"
#include "mettle/inference/transforms/transform_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

namespace mettle {

namespace {

std::unexpected<Error> wrong(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

// ---- Pictures

struct PictureStep {
    std::size_t index = 0;  // Of the input.
    std::string name;
    ImageInput image;
};

Result<std::size_t> find_picture_input(const Signature& signature, const std::string& name) {
    std::optional<std::size_t> found;
    for (std::size_t index = 0; index < signature.inputs.size(); ++index) {
        const TensorSpec& spec = signature.inputs[index];
        if (name.empty() ? !image_layout(spec) : spec.name != name) continue;
        if (found)
            return wrong("transforms.image: several inputs take pictures: say which with input");
        found = index;
    }
    if (found) return *found;
    return wrong(fmt::format("transforms.image: no input {}: the model is {}",
                             name.empty() ? "takes pictures" : fmt::format("is named '{}'", name),
                             signature.to_string()));
}

Result<PictureStep> make_picture_step(const Signature& signature, const PictureTransform& config) {
    const auto index = find_picture_input(signature, config.input);
    if (!index) return std::unexpected(index.error());
    const TensorSpec& spec = signature.inputs[*index];
    auto image = ImageInput::make(spec, config.image);
    if (!image) return wrong("transforms.image: " + image.error().message);
    return PictureStep{*index, spec.name, *std::move(image)};
}

// No picture file begins with ASCII (JPEG ff, PNG 89), so what does is base64, for protocols that
// have no bytes; as the data: URL that browsers make of a file, too.
std::string_view file_of(std::string_view given, std::string& decoded) {
    if (given.empty() || static_cast<unsigned char>(given.front()) >= 0x80) return given;
    constexpr std::string_view kMark = ";base64,";
    std::string_view text = given;
    if (text.starts_with("data:"))
        if (const auto at = text.substr(0, 100).find(kMark); at != std::string_view::npos)
            text.remove_prefix(at + kMark.size());
    auto bytes = from_base64(text);
    if (!bytes) return given;
    decoded = *std::move(bytes);
    return decoded;
}

Result<void> read_pictures(const PictureStep& step, const TensorView& files, Slab& inner) {
    const std::int64_t rows = files.shape.element_count().value_or(0);
    const auto parts = split_bytes(files.data, rows);
    if (!parts) return std::unexpected(parts.error());
    if (parts->empty()) return wrong(fmt::format("input '{}' has no picture", step.name));
    std::span<std::byte> memory;
    ImageSize size;
    for (std::size_t row = 0; row < parts->size(); ++row) {
        std::string decoded;
        const std::string_view file = file_of((*parts)[row], decoded);
        const auto image = step.image.read(std::as_bytes(std::span(file)));
        const auto place = fmt::format("picture {} of input '{}'", row, step.name);
        if (!image)
            return fail(image.error().kind, fmt::format("{}: {}", place, image.error().message));
        const std::size_t row_bytes = step.image.row_bytes(image->size);
        if (row == 0) {
            size = image->size;
            if (row_bytes > kMostPreparedBytes / parts->size())
                return fail(Error::Kind::too_large,
                            fmt::format("{} pictures of {} bytes each are more than {} bytes: "
                                        "send fewer at once",
                                        parts->size(), row_bytes, kMostPreparedBytes));
            memory = inner.input(step.index, step.image.shape_for(size, rows));
        } else if (image->size != size) {
            return wrong(
                fmt::format("{} is {}, and the first is {}: pictures of one request "
                            "should be of one size",
                            place, image->size.to_string(), size.to_string()));
        }
        step.image.write(*image, memory.subspan(row * row_bytes, row_bytes));
    }
    return {};
}

// ---- Classes

struct ClassStep {
    std::size_t index = 0;  // Of the output.
    std::size_t count = 0;  // Of classes.
    bool has_rows = true;
    ClassTransform config;

    std::size_t outputs() const { return config.labels.empty() ? 2 : 3; }
    std::size_t kept() const { return std::min(config.top_k, count); }
};

Result<std::size_t> find_scores(const Signature& signature, const std::string& name) {
    if (name.empty() && signature.outputs.size() == 1) return 0;
    for (std::size_t index = 0; index < signature.outputs.size(); ++index) {
        if (!name.empty() && signature.outputs[index].name == name) return index;
    }
    if (name.empty())
        return wrong("transforms.classes: the model has several outputs: say which with output");
    return wrong(fmt::format("transforms.classes: no output is named '{}': the model is {}", name,
                             signature.to_string()));
}

Result<ClassStep> make_class_step(const Signature& signature, const ClassTransform& config) {
    const auto index = find_scores(signature, config.output);
    if (!index) return std::unexpected(index.error());
    const TensorSpec& spec = signature.outputs[*index];
    const std::size_t rank = spec.shape.rank();
    if (spec.type != DataType::fp32 || rank < 1 || rank > 2)
        return wrong(fmt::format("transforms.classes: '{}' should be FP32 of [rows, classes]",
                                 spec.to_string()));
    const std::int64_t said = spec.shape[rank - 1];
    const std::size_t count = said > 0 ? static_cast<std::size_t>(said) : config.labels.size();
    if (count == 0)
        return wrong(
            fmt::format("transforms.classes: '{}' does not say how many classes there "
                        "are: give labels",
                        spec.to_string()));
    if (!config.labels.empty() && config.labels.size() != count)
        return wrong(fmt::format("transforms.classes: there are {} labels, and '{}' has {} classes",
                                 config.labels.size(), spec.to_string(), count));
    return ClassStep{*index, count, rank == 2, config};
}

std::vector<TensorSpec> class_outputs(const ClassStep& step, const TensorSpec& scores) {
    Shape shape;
    if (step.has_rows) shape.push_back(scores.shape[0]);
    shape.push_back(static_cast<std::int64_t>(step.kept()));
    std::vector<TensorSpec> specs{{"class", DataType::int64, shape},
                                  {"score", DataType::fp32, shape}};
    if (step.outputs() == 3) specs.push_back({"label", DataType::bytes, shape});
    return specs;
}

// What is left of a row of scores; fewer than are kept where the others are too low.
std::vector<RankedClass> best_of(const ClassStep& step, std::span<float> scores) {
    if (step.config.activation == Activation::softmax) softmax(scores);
    if (step.config.activation == Activation::sigmoid) sigmoid(scores);
    auto best = top_classes(scores, step.kept());
    if (const auto least = step.config.threshold)
        std::erase_if(best, [&](const RankedClass& one) { return !(one.score >= *least); });
    return best;
}

Result<std::vector<Tensor>> rank_classes(const ClassStep& step, const TensorView& scores) {
    const std::size_t rank = scores.shape.rank();
    const bool fits =
        rank == (step.has_rows ? 2U : 1U) && std::cmp_equal(scores.shape[rank - 1], step.count);
    if (!fits)
        return fail(Error::Kind::internal, fmt::format("the model gave scores {} of {} classes",
                                                       scores.shape.to_string(), step.count));
    std::vector<float> values(scores.data.size() / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), scores.data.data(), scores.data.size());
    Shape shape = scores.shape;
    shape[rank - 1] = static_cast<std::int64_t>(step.kept());
    std::vector<Tensor> outputs;
    outputs.emplace_back(DataType::int64, shape);
    outputs.emplace_back(DataType::fp32, shape);
    std::ranges::fill(outputs[0].as<std::int64_t>(), -1);
    std::ranges::fill(outputs[1].as<float>(), 0.F);
    std::vector<std::string> labels(outputs[1].as<float>().size());
    for (std::size_t row = 0; row < values.size() / step.count; ++row) {
        std::size_t at = row * step.kept();
        for (const auto& one :
             best_of(step, std::span(values).subspan(row * step.count, step.count))) {
            outputs[0].as<std::int64_t>()[at] = one.index;
            outputs[1].as<float>()[at] = one.score;
            if (step.outputs() == 3)
                labels[at] = step.config.labels[static_cast<std::size_t>(one.index)];
            ++at;
        }
    }
    if (step.outputs() == 3) outputs.push_back(pack_bytes(labels, shape));
    return outputs;
}

// ---- The two around a model

struct Steps {
    std::optional<PictureStep> picture;
    std::optional<ClassStep> classes;
};

class TransformedSlab final : public Slab {
public:
    TransformedSlab(const Steps& steps, std::unique_ptr<Slab> its_next)
        : next(std::move(its_next)), steps_(steps) {}

    std::span<std::byte> input(std::size_t index, const Shape& shape) override {
        METTLE_ASSERT(!is_picture(index));
        return next->input(index, shape);
    }
    void borrow_input(std::size_t index, const TensorView& view) override {
        is_picture(index) ? void(files = view) : next->borrow_input(index, view);
    }
    void leave_out_optional_inputs() override { next->leave_out_optional_inputs(); }
    bool has_optional_inputs() const override { return next->has_optional_inputs(); }
    TensorView input_view(std::size_t index) const override {
        return is_picture(index) ? files : next->input_view(index);
    }
    TensorView output(std::size_t index) const override {
        if (!steps_.classes) return next->output(index);
        if (index < steps_.classes->outputs())
            return index < classes.size() ? classes[index].view() : TensorView();
        const std::size_t other = index - steps_.classes->outputs();
        return next->output(other < steps_.classes->index ? other : other + 1);
    }
    void set_output(std::size_t, const TensorView&) override {
        METTLE_ASSERT(false);  // Runs share inner slabs only.
    }
    std::size_t bytes() const override {
        std::size_t sum = next->bytes();
        for (const Tensor& tensor : classes) sum += tensor.data().size();
        return sum;
    }
    Slab& inner() override { return next->inner(); }

    std::unique_ptr<Slab> next;   // Of the model inside, which may prepare in its turn.
    TensorView files;             // The client's pictures.
    std::vector<Tensor> classes;  // What after() made.

private:
    bool is_picture(std::size_t index) const {
        return steps_.picture && steps_.picture->index == index;
    }

    const Steps& steps_;
};

class TransformedModel final : public Model {
public:
    TransformedModel(std::unique_ptr<Model> inner, Steps steps, Signature signature)
        : inner_(std::move(inner)), steps_(std::move(steps)), signature_(std::move(signature)) {}

    const Signature& signature() const override { return signature_; }
    std::string_view platform() const override { return inner_->platform(); }
    std::string devices() const override { return inner_->devices(); }
    std::unique_ptr<Slab> make_slab() override {
        return std::make_unique<TransformedSlab>(steps_, inner_->make_slab());
    }
    const Signature& run_signature() const override { return inner_->run_signature(); }
    bool prepares() const override { return true; }
    bool takes_pictures(std::size_t input) const override {
        return steps_.picture && steps_.picture->index == input;
    }
    Result<void> before(Slab& slab) override {
        auto& own = static_cast<TransformedSlab&>(slab);
        if (steps_.picture)
            if (auto read = read_pictures(*steps_.picture, own.files, *own.next); !read)
                return read;
        return inner_->before(*own.next);
    }
    Result<void> after(Slab& slab) override {
        auto& own = static_cast<TransformedSlab&>(slab);
        if (auto done = inner_->after(*own.next); !done) return done;
        if (!steps_.classes) return {};
        auto ranked = rank_classes(*steps_.classes, own.next->output(steps_.classes->index));
        if (!ranked) return std::unexpected(ranked.error());
        own.classes = *std::move(ranked);
        return {};
    }
    Result<void> run(Slab& slab, const RunToken* token) override {
        return inner_->run(slab, token);
    }

private:
    std::unique_ptr<Model> inner_;
    Steps steps_;
    Signature signature_;
};

Result<Signature> outer_signature(const Signature& inner, const Steps& steps) {
    Signature outer = inner;
    if (const auto& picture = steps.picture) {
        TensorSpec& spec = outer.inputs[picture->index];
        spec = {spec.name, DataType::bytes, {picture->image.has_rows() ? spec.shape[0] : 1}};
    }
    if (!steps.classes) return outer;
    auto made = class_outputs(*steps.classes, inner.outputs[steps.classes->index]);
    outer.outputs.erase(outer.outputs.begin() + static_cast<std::ptrdiff_t>(steps.classes->index));
    for (const TensorSpec& spec : made) {
        if (outer.output(spec.name))
            return wrong(fmt::format("transforms.classes: the model has an output '{}' of its own",
                                     spec.name));
    }
    outer.outputs.insert(outer.outputs.begin(), made.begin(), made.end());
    return outer;
}

}  // namespace

Result<std::unique_ptr<Model>> with_transforms(std::unique_ptr<Model> model,
                                               const TransformConfig& config) {
    if (!config.picture && !config.classes) return model;
    Steps steps;
    if (config.picture) {
        auto step = make_picture_step(model->signature(), *config.picture);
        if (!step) return std::unexpected(step.error());
        steps.picture = *std::move(step);
    }
    if (config.classes) {
        auto step = make_class_step(model->signature(), *config.classes);
        if (!step) return std::unexpected(step.error());
        steps.classes = *std::move(step);
    }
    auto signature = outer_signature(model->signature(), steps);
    if (!signature) return std::unexpected(signature.error());
    return std::make_unique<TransformedModel>(std::move(model), std::move(steps),
                                              *std::move(signature));
}

}  // namespace mettle
