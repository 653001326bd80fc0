#include "mettle/inference/config_check.hpp"
#include "mettle/inference/model_config_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// Whatever the text, in each of the three forms: mistakes with places, or a config that can be held
// against a graph.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    constexpr ConfigForm kForms[] = {ConfigForm::yaml, ConfigForm::text_format, ConfigForm::json};
    const auto read_file = [](const std::string& name) -> Result<std::string> {
        if (name.ends_with(".txt")) return "cat\ndog\n";
        return fail(Error::Kind::not_found, name + " is not there");
    };
    Mistakes mistakes;
    const ModelConfig config =
        read_model_config(text, kForms[(data[0] - 48U) % 3], "fuzz", read_file, mistakes);
    const Signature graph{{{"x", DataType::fp32, {-1, 4}}}, {{"y", DataType::fp32, {-1, 2}}}};
    check_config(config, graph, mistakes);
    if (!mistakes.empty() && mistakes.to_string().empty()) std::abort();
    return 0;
}
