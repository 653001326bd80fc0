#include "mettle/cli/curl_line.hpp"

#include <fmt/format.h>

namespace mettle::cli {

namespace {

constexpr std::int64_t kMostOnTheLine = 256;  // Elements.

Shape one_row(const Shape& wanted) {
    Shape shape;
    for (const std::int64_t dim : wanted.dims()) shape.push_back(dim < 0 ? 1 : dim);
    return shape;
}

std::string_view zero_of(DataType type) {
    if (type == DataType::bytes) return R"("")";
    return type == DataType::boolean ? "false" : "0";
}

std::string repeated(std::string_view text, std::int64_t count) {
    std::string out;
    for (std::int64_t index = 0; index < count; ++index)
        out.append(index == 0 ? "" : ",").append(text);
    return out;
}

std::string before_data(const TensorSpec& spec, const Shape& shape) {
    return fmt::format(R"({{"name":"{}","shape":{},"datatype":"{}","data":[)", spec.name,
                       shape.to_string(), name_of(spec.type));
}

}  // namespace

std::string curl_line(const std::string& url, const ServedModel& model) {
    if (model.signature().inputs.size() == 1 && model.model().takes_pictures(0))
        return fmt::format("curl -s {}/predict/{} -F data=@picture.jpg", url, model.name());
    std::string pasted = R"({"inputs":[)";              // The body as it is.
    std::string piped = R"(printf '%s' '{"inputs":[)";  // A shell pipeline that makes it.
    bool large = false;
    for (std::size_t index = 0; index < model.signature().inputs.size(); ++index) {
        const TensorSpec& spec = model.signature().inputs[index];
        const Shape shape = one_row(spec.shape);
        const std::int64_t count = shape.element_count().value_or(1);
        const std::string start = (index > 0 ? "," : "") + before_data(spec, shape);
        large = large || count > kMostOnTheLine;
        pasted += start + (large ? "" : repeated(zero_of(spec.type), count)) + "]}";
        piped += fmt::format("{}'; yes '{}' | head -n {} | paste -sd, -; printf '%s' ']}}", start,
                             zero_of(spec.type), count);
    }
    const std::string target = fmt::format("{}/v2/models/{}/infer", url, model.name());
    if (large) return fmt::format("({}]}}') | curl -s {} -d @-", piped, target);
    return fmt::format("curl -s {} -d '{}]}}'", target, pasted);
}

}  // namespace mettle::cli
