// Tensor core: ROWS x COLS dot-product units. Unit (i, j) takes row i of the activations and column j of the weights.
module tensor_core #(
    parameter int ROWS              = 8,
    parameter int COLS              = 4,
    parameter int DEPTH             = 16,
    parameter bit PRODUCT_IS_SIGNED = 1'b0,  // products in two's complement
    parameter bit WEIGHT_ON_PORT_A  = 1'b1   // port B carries the activation
) (
    input  logic                                    clk_i,
    input  logic                                    rst_ni,    // synchronous, active low
    input  logic                                    valid_i,   // the operands are a step
    input  logic [ROWS-1:0][DEPTH-1:0][ 7:0]        act_i,
    input  logic [ROWS-1:0]                         row_i,     // rows that count
    input  logic [COLS-1:0][DEPTH-1:0][ 7:0]        weight_i,
    input  logic [COLS-1:0][DEPTH-1:0]              negate_i,
    input  logic [COLS-1:0][DEPTH-1:0]              enable_i,
    input  logic [ROWS-1:0][ COLS-1:0][31:0]        sum_i,
    output logic                                    valid_o,
    output logic [ROWS-1:0][ COLS-1:0][31:0]        acc_o
);

  logic [ROWS-1:0][COLS-1:0] valid;
  for (genvar i = 0; i < ROWS; i++) begin : g_row
    for (genvar j = 0; j < COLS; j++) begin : g_col
      dot_product_unit #(
          .DEPTH            (DEPTH),
          .PRODUCT_IS_SIGNED(PRODUCT_IS_SIGNED),
          .WEIGHT_ON_PORT_A (WEIGHT_ON_PORT_A)
      ) u_dpu (
          .clk_i,
          .rst_ni,
          .valid_i,
          .act_i   (act_i[i]),
          .weight_i(weight_i[j]),
          .negate_i(negate_i[j]),
          .enable_i(enable_i[j] & {DEPTH{row_i[i]}}),
          .sum_i   (sum_i[i][j]),
          .valid_o (valid[i][j]),
          .acc_o   (acc_o[i][j])
      );
    end
  end
  assign valid_o = &valid;

endmodule
