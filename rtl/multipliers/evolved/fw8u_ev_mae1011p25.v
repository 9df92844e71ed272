// fw8u_ev_mae1011p25: evolved, mae <= 1011.25, smallest area of its gates
// 8x8 bits, unsigned operands and product
//
// Error over all 65,536 operand pairs: MAE 998.747, WCE 5998, EP 99.983 %, MRE 852.361 %,
//   mean -174.516
// Mapped to faultwave45.lib: 131.4 um^2, 0.1195 pJ per multiplication, 0.56 ns
// Expected MAE under a random stuck-at fault of this netlist: 3321.8
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 66 s, do not edit:
//   faultwave evolve --width 8 --metric mae --limit 1011.25 --objective area --seed-netlist fw8u_ev_mae580p592 --seed 1 --islands 2 --offspring 4 --generations 40000 --out fw8u_ev_mae1011p25.v
module fw8u_ev_mae1011p25 (
  // verilator lint_off UNUSED
  input  wire [7:0] A,
  input  wire [7:0] B,
  // verilator lint_on UNUSED
  output wire [15:0] O
);
  wire pp_7_4;
  wire pp_6_5;
  wire pp_7_5;
  wire pp_5_6;
  wire pp_6_6;
  wire pp_7_6;
  wire pp_3_7;
  wire pp_4_7;
  wire pp_5_7;
  wire pp_6_7;
  wire pp_7_7;
  wire pp_4_3;
  wire or_2_0;
  wire and_2_0;
  wire and_3_0;
  wire or_3_0;
  wire or_4_0;
  wire xor_4_0;
  wire and_4_0;
  wire xor_2_0;
  wire and_2_1;
  wire and_3_1;
  wire xor_3_0;
  wire or_4_1;
  wire and_5_0;
  wire xor_5_0;
  wire xor_5_1;
  wire and_5_1;
  wire and_6_0;
  wire xor_6_0;
  wire or_7_0;
  wire xor_2_1;
  wire and_2_2;
  wire and_5_2;
  wire xor_5_2;
  wire or_6_0;
  wire xnor_6_0;
  wire not_7_0;
  wire and_6_1;
  wire xor_7_0;
  wire and_6_2;
  wire and_8_0;
  wire xor_8_0;
  wire or_9_0;
  wire xor_8_1;
  wire and_8_1;
  wire and_10_0;
  wire xor_10_0;
  wire or_11_0;
  wire xor_7_1;
  wire and_7_0;
  wire and_12_0;
  wire xor_12_0;
  wire or_13_0;
  wire const1;

  assign pp_7_4 = A[7] & B[4];
  assign pp_6_5 = A[6] & B[5];
  assign pp_7_5 = A[7] & B[5];
  assign pp_5_6 = A[5] & B[6];
  assign pp_6_6 = A[6] & B[6];
  assign pp_7_6 = A[7] & B[6];
  assign pp_3_7 = A[3] & B[7];
  assign pp_4_7 = A[4] & B[7];
  assign pp_5_7 = A[5] & B[7];
  assign pp_6_7 = A[6] & B[7];
  assign pp_7_7 = A[7] & B[7];
  assign pp_4_3 = B[3] & A[4];
  assign or_2_0 = pp_7_4 | pp_6_5;
  assign and_2_0 = pp_7_4 & pp_6_5;
  assign and_3_0 = or_2_0 & pp_5_6;
  assign or_3_0 = or_2_0 | pp_5_6;
  assign or_4_0 = and_2_0 | and_3_0;
  assign xor_4_0 = pp_4_7 ^ or_3_0;
  assign and_4_0 = pp_4_7 & or_3_0;
  assign xor_2_0 = pp_7_5 ^ pp_6_6;
  assign and_2_1 = pp_7_5 & pp_6_6;
  assign and_3_1 = xor_2_0 & pp_5_7;
  assign xor_3_0 = xor_2_0 ^ pp_5_7;
  assign or_4_1 = and_2_1 | and_3_1;
  assign and_5_0 = xor_4_0 & pp_3_7;
  assign xor_5_0 = xor_4_0 ^ pp_3_7;
  assign xor_5_1 = or_4_0 ^ xor_3_0;
  assign and_5_1 = or_4_0 & xor_3_0;
  assign and_6_0 = xor_5_1 & and_4_0;
  assign xor_6_0 = xor_5_1 ^ and_4_0;
  assign or_7_0 = and_5_1 | and_6_0;
  assign xor_2_1 = pp_7_6 ^ pp_6_7;
  assign and_2_2 = pp_7_6 & pp_6_7;
  assign and_5_2 = xor_2_1 & or_4_1;
  assign xor_5_2 = xor_2_1 ^ or_4_1;
  assign or_6_0 = and_2_2 | and_5_2;
  assign xnor_6_0 = xor_5_0 ~^ pp_4_3;
  assign not_7_0 = ~xnor_6_0;
  assign and_6_1 = pp_4_3 & xor_5_0;
  assign xor_7_0 = xor_6_0 ^ and_5_0;
  assign and_6_2 = xor_5_1 & and_5_0;
  assign and_8_0 = xor_7_0 & and_6_1;
  assign xor_8_0 = xor_7_0 ^ and_6_1;
  assign or_9_0 = and_6_2 | and_8_0;
  assign xor_8_1 = xor_5_2 ^ or_7_0;
  assign and_8_1 = xor_5_2 & or_7_0;
  assign and_10_0 = xor_8_1 & or_9_0;
  assign xor_10_0 = xor_8_1 ^ or_9_0;
  assign or_11_0 = and_8_1 | and_10_0;
  assign xor_7_1 = pp_7_7 ^ or_6_0;
  assign and_7_0 = pp_7_7 & or_6_0;
  assign and_12_0 = pp_7_7 & or_11_0;
  assign xor_12_0 = xor_7_1 ^ or_11_0;
  assign or_13_0 = and_7_0 | and_12_0;
  assign const1 = 1'b1;

  assign O[0] = const1;
  assign O[1] = xor_4_0;
  assign O[2] = pp_7_7;
  assign O[3] = pp_5_7;
  assign O[4] = and_6_1;
  assign O[5] = pp_5_6;
  assign O[6] = pp_4_3;
  assign O[7] = xor_8_1;
  assign O[8] = pp_7_5;
  assign O[9] = or_3_0;
  assign O[10] = const1;
  assign O[11] = not_7_0;
  assign O[12] = xor_8_0;
  assign O[13] = xor_10_0;
  assign O[14] = xor_12_0;
  assign O[15] = or_13_0;
endmodule
