#include "driver/yaml_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultwave::driver {
namespace {

using ::testing::HasSubstr;

/// Message of the ConfigError that reading `text` with `read` gives; empty when it gives none.
template <typename Read>
std::string error_of(const std::string& text, Read read) {
  try {
    const auto document = YamlDocument::from_text(text, "file.yaml");
    YamlMap map(document, document.root(), "");
    read(map);
    map.finish();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

TEST(YamlReader, reads_every_type) {
  const auto document =
      YamlDocument::from_text("a: x\nb: 3\nc: 2.5\nd: true\ne: [p, q]\nf: {g: 1}\n", "file.yaml");
  YamlMap map(document, document.root(), "");
  EXPECT_EQ(map.text("a"), "x");
  EXPECT_EQ(map.integer("b", 0, 10), 3);
  EXPECT_EQ(map.number("c", 0, 10), 2.5);
  EXPECT_TRUE(map.flag("d", false));
  EXPECT_EQ(map.text_list("e", {}), (std::vector<std::string>{"p", "q"}));
  YamlMap child = map.map("f");
  EXPECT_EQ(child.integer("g", 0, 1), 1);
  EXPECT_NO_THROW(child.finish());
  EXPECT_NO_THROW(map.finish());
}

TEST(YamlReader, absent_keys_take_their_fallback) {
  const auto document = YamlDocument::from_text("a: 1\n", "file.yaml");
  YamlMap map(document, document.root(), "");
  EXPECT_EQ(map.integer("b", 0, 10, 7), 7);
  EXPECT_EQ(map.text("c", "x"), "x");
  EXPECT_EQ(map.map("d").number("e", 0, 1, 0.5), 0.5);
  EXPECT_TRUE(map.items("f").empty());
}

TEST(YamlReader, unknown_key_names_place_and_nearest_key) {
  EXPECT_EQ(error_of("rows: 4\ncolls: 4\n",
                     [](YamlMap& map) {
                       map.integer("rows", 1, 512);
                       map.integer("cols", 1, 512, 16);
                     }),
            "file.yaml:2:1: unknown key 'colls'\n  fix: did you mean 'cols'? known: rows, cols");
}

TEST(YamlReader, limits_are_inclusive) {
  const auto read = [](YamlMap& map) { map.integer("rows", 1, 512); };
  EXPECT_EQ(error_of("rows: 512\n", read), "");
  EXPECT_EQ(error_of("rows: 1\n", read), "");
  EXPECT_THAT(error_of("rows: 513\n", read),
              HasSubstr("file.yaml:1:7: 'rows': 513 is out of range"));
  EXPECT_THAT(error_of("rows: 0\n", read), HasSubstr("use 1 to 512"));
}

struct BadCase {
  const char* name;
  const char* text;
  const char* message;
};

class MalformedYaml : public ::testing::TestWithParam<BadCase> {};

TEST_P(MalformedYaml, is_refused_with_its_place) {
  const auto read = [](YamlMap& map) {
    map.integer("rows", 1, 512, 1);
    map.number("rate", 0, 1, 0);
    map.flag("on", false);
    map.choice("mode", {"exposed", "hidden"}, "hidden");
    map.text_list("list", {});
    map.map("child").finish();
  };
  EXPECT_THAT(error_of(GetParam().text, read), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, MalformedYaml,
    ::testing::Values(
        BadCase{"empty", "", "file.yaml: the document is nothing, a map of keys is needed"},
        BadCase{"scalar", "hello\n", "the document is 'hello'"},
        BadCase{"list", "- a\n- b\n", "the document is a list"},
        BadCase{"documents", "rows: 1\n---\nrows: 2\n", "holds 2 documents, one is needed"},
        BadCase{"alias_bomb",
                "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
                "e: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
                "has too many values"},
        BadCase{"unclosed", "rows: [1, 2\n", "file.yaml:2:1: not valid YAML"},
        BadCase{"tab", "a:\n\t- b\n", "not valid YAML"},
        BadCase{"twice", "rows: 1\nrows: 2\n", "file.yaml:2:1: key 'rows' is given twice"},
        BadCase{"text_for_integer", "rows: many\n", "'rows': 'many' is not a whole number"},
        BadCase{"fraction", "rows: 1.5\n", "'rows': '1.5' is not a whole number"},
        BadCase{"huge", "rows: 99999999999999999999\n", "is out of range"},
        BadCase{"map_for_integer", "rows: {a: 1}\n", "'rows': is a map, text is needed"},
        BadCase{"nan", "rate: .nan\n", "'rate': '.nan' is not a number"},
        BadCase{"rate_above_one", "rate: 1.5\n", "file.yaml:1:7: 'rate': 1.5 is out of range"},
        BadCase{"flag", "on: perhaps\n", "'on': 'perhaps' is neither true nor false"},
        BadCase{"choice", "mode: hiden\n",
                "'mode': unknown value 'hiden'\n  fix: did you mean 'hidden'?"},
        BadCase{"scalar_for_list", "list: a\n", "'list': is 'a', a list is needed"},
        BadCase{"nested_list", "list: [[a]]\n", "file.yaml:1:8: 'list[0]' is a list"},
        BadCase{"scalar_for_map", "child: 3\n", "file.yaml:1:8: 'child' is '3', a map of keys"},
        BadCase{"unknown_in_child", "child:\n  x: 1\n", "file.yaml:2:3: unknown key 'child.x'"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(YamlReader, overrides_replace_add_and_are_named_in_errors) {
  auto document = YamlDocument::from_text("a:\n  rows: 4\n", "file.yaml");
  document.set("a.rows=8");
  document.set("b.c.d=[1, 2]");
  YamlMap map(document, document.root(), "");
  YamlMap a = map.map("a");
  EXPECT_EQ(a.integer("rows", 1, 512), 8);
  EXPECT_EQ(map.map("b").map("c").items("d").size(), 2u);
  EXPECT_THAT(document.to_text(), HasSubstr("rows: 8"));
  document.set("a.rows=0");
  try {
    YamlMap(document, document.root(), "").map("a").integer("rows", 1, 512);
    FAIL() << "no exception";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--set a.rows=0: 'a.rows': 0 is out of range"));
  }
}

TEST(YamlReader, malformed_overrides_are_usage_errors) {
  auto document = YamlDocument::from_text("a: 1\n", "file.yaml");
  EXPECT_THROW(document.set("a"), UsageError);
  EXPECT_THROW(document.set("=1"), UsageError);
  EXPECT_THROW(document.set("a..b=1"), UsageError);
  EXPECT_THROW(document.set("a.b=1"), UsageError);
  EXPECT_THROW(document.set("b=[1"), UsageError);
}

}  // namespace
}  // namespace faultwave::driver
