#include "mettle/protocols/openapi/find.hpp"

namespace mettle::protocols::openapi {

namespace {

constexpr std::string_view kName = "/openapi.json";

}  // namespace

std::vector<std::string> document_paths(std::string_view target) {
    std::string folder(target.substr(0, target.find('?')));
    while (folder.ends_with('/')) folder.pop_back();
    std::vector<std::string> paths{std::string(kName)};
    if (!folder.empty()) paths.push_back(folder + std::string(kName));
    return paths;
}

Result<Document> parse_fetched(std::string_view body, std::string_view path) {
    auto document = parse_document(body);
    if (document && document->base_path.empty() && path.ends_with(kName))
        document->base_path = path.substr(0, path.size() - kName.size());
    return document;
}

}  // namespace mettle::protocols::openapi
